import { resolve } from 'node:path';
import { BaseCommand, type CommandAnswer } from '../base-command.ts';
import { daemonFlags } from '../daemon-flags.ts';
import { outputDocument } from '../output/document.ts';

export class Reconcile extends BaseCommand<typeof Reconcile> {
  static override summary = 'Tell the daemon on this machine to look at the config repository now.';
  static override description =
    'A hint and nothing more: what is in the repository decides. Without it the daemon looks at its own interval.';
  static override examples = [
    '<%= config.bin %> reconcile',
    '<%= config.bin %> reconcile --config /etc/intendant/daemon.yaml',
  ];
  static override flags = { config: daemonFlags.config, state: daemonFlags.state };

  protected override async answer(signal: AbortSignal): Promise<CommandAnswer> {
    const { stateFolderOf } = await import('../state-folder.ts');
    const { SocketView } = await import('../../reconciler/view/socket-view.ts');
    const { socketPath } = await import('../../reconciler/view/socket-path.ts');
    const { findConfig } = await import('../read-config.ts');
    const state = (await findConfig(this.flags))?.state ?? stateFolderOf(this.flags);
    const socket = socketPath(resolve(state));

    await new SocketView(socket).hint(signal);

    return {
      document: outputDocument('ReconcileHint', { accepted: true, socket }),
      text: () => 'The daemon looks at the repository now.',
    };
  }
}
