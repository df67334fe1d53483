import { resolve } from 'node:path';
import { Args, Flags } from '@oclif/core';
import { BaseCommand, type CommandAnswer } from '../../base-command.ts';
import { daemonFlags } from '../../daemon-flags.ts';
import { outputDocument } from '../../output/document.ts';
import { plainLine } from '../../output/plain.ts';

export class StoreImport extends BaseCommand<typeof StoreImport> {
  static override summary = 'Fill the store from a file that `store export` has written.';
  static override description =
    'Stop the daemon first. The file is read through before anything is changed, and a store that is not empty is refused. ' +
    'Cut off half-way, the store is refused by every daemon until the command was typed again. A file from before what ' +
    'the status branch tells does nothing to hosts: the daemon waits, `status` shows StoreLost, and `store adopt` goes on.';
  static override examples = [
    '<%= config.bin %> store import /var/backups/fleet.jsonl --config /etc/intendant/daemon.yaml',
    {
      description: 'From the embedded store into etcd.',
      command: '<%= config.bin %> store import fleet.jsonl --config daemon.yaml --etcd http://10.0.0.1:2379',
    },
  ];
  static override args = { file: Args.string({ required: true, description: 'File to read.' }) };
  static override flags = {
    ...daemonFlags,
    'discard-current-state': Flags.boolean({
      summary: 'Throw away what the store holds now: journals, outcomes, claims and the accepted revision.',
    }),
  };

  protected override async answer(signal: AbortSignal): Promise<CommandAnswer> {
    const { readConfig } = await import('../../read-config.ts');
    const { importStore } = await import('../../../reconciler/compose/import-store.ts');
    const { systemClock } = await import('../../../reconciler/model/clock.ts');
    const config = await readConfig(this.flags);
    this.progress.step('Checking the file, then filling the store');
    const file = resolve(this.args.file);
    const discard = this.flags['discard-current-state'];
    const done = await importStore(config, file, { discard, clock: systemClock }, signal);
    const { store, entries, exportedAt, discarded } = done;
    return {
      document: outputDocument('StoreImport', { ...done }),
      text: ({ paint }) =>
        [
          `${paint('strong', 'Imported')} ${entries} entries from ${plainLine(file)}: the store is ${store.id}, epoch ${store.epoch}, state ${store.sequence}, as of ${exportedAt}.`,
          ...(discarded ? ['What it held before is gone.'] : []),
          'Start the daemon now. If status shows StoreLost then, the status branch knows more than this file:',
          'stop the daemon, type "intendant store adopt --config FILE", and start it again.',
        ].join('\n'),
    };
  }
}
