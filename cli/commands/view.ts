import { Flags } from '@oclif/core';
import { BaseCommand, type CommandAnswer } from '../base-command.ts';
import { daemonFlags } from '../daemon-flags.ts';
import { endOnUnheededFailures } from '../unheeded-failures.ts';

export class View extends BaseCommand<typeof View> {
  static override summary =
    'Serve the view over HTTP alone, beside the daemon: REST, events, metrics and the dashboard.';
  static override description =
    "Reads the daemon's configuration, the store that it writes (etcd) and the config repository, through a clone of its own; " +
    'changes nothing. Run as many as you like. A daemon whose configuration has `view` serves it itself, and needs no other. ' +
    'Without `view` in the configuration it listens on 127.0.0.1:8000.';
  static override examples = [
    '<%= config.bin %> view --config /etc/intendant/daemon.yaml',
    {
      description: 'A second copy on another port.',
      command: '<%= config.bin %> view --config daemon.yaml --listen 127.0.0.1:8001',
    },
  ];
  static override flags = {
    ...daemonFlags,
    listen: Flags.string({ helpValue: 'ADDRESS:PORT', summary: 'Where to listen, over `view.listen`.' }),
  };

  protected override async answer(signal: AbortSignal): Promise<CommandAnswer | undefined> {
    const { readConfig } = await import('../read-config.ts');
    const { runView } = await import('../../reconciler/compose/view-alone.ts');
    const log = await this.openLog();
    const { listen, set = [], ...flags } = this.flags;
    const settings = listen === undefined ? set : [...set, `view.listen=${listen}`];
    const note = (text: string): void => log.warn({}, text);
    const config = await readConfig({ ...flags, set: settings }, { note, withView: true });
    const stopWatching = endOnUnheededFailures(log);
    await runView(config, { log, signal }).finally(stopWatching);
    return undefined;
  }
}
