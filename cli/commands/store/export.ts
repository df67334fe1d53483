import { resolve } from 'node:path';
import { Args, Flags } from '@oclif/core';
import { BaseCommand, type CommandAnswer } from '../../base-command.ts';
import { daemonFlags } from '../../daemon-flags.ts';
import { outputDocument } from '../../output/document.ts';
import { plainLine } from '../../output/plain.ts';

export class StoreExport extends BaseCommand<typeof StoreExport> {
  static override summary = 'Write the live state to a file, as it stands at one moment.';
  static override description =
    'A backup, or the way from one store to another: `store import` takes it. The daemon may run. The file (mode 0600) is ' +
    'there as a whole or not at all, a line of JSON for each key, and its last line proves that nothing is missing. To move a ' +
    'fleet, stop the daemon first: what it does after the export is not in the file.';
  static override examples = [
    '<%= config.bin %> store export /var/backups/fleet.jsonl --config /etc/intendant/daemon.yaml',
    {
      description: 'Each night over the one before.',
      command: '<%= config.bin %> store export fleet.jsonl --force --config daemon.yaml',
    },
  ];
  static override args = { file: Args.string({ required: true, description: 'File to write.' }) };
  static override flags = {
    ...daemonFlags,
    force: Flags.boolean({ summary: 'Replace the file if it is there.' }),
  };

  protected override async answer(signal: AbortSignal): Promise<CommandAnswer> {
    const { readConfig } = await import('../../read-config.ts');
    const { exportStore } = await import('../../../reconciler/compose/export-store.ts');
    const { systemClock } = await import('../../../reconciler/model/clock.ts');
    const config = await readConfig(this.flags);
    this.progress.step('Reading the store');
    const file = resolve(this.args.file);
    const done = await exportStore(config, file, { force: this.flags.force, clock: systemClock }, signal);
    const { store, entries } = done;
    return {
      document: outputDocument('StoreExport', { ...done }),
      text: ({ paint }) =>
        `${paint('strong', 'Exported')} ${entries} entries to ${plainLine(file)}: the store ${store.id}, epoch ${store.epoch}, state ${store.sequence}.`,
    };
  }
}
