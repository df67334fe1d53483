import { messageOf } from '../../reconciler/model/errors.ts';
import { BaseCommand, type CommandAnswer } from '../base-command.ts';
import { EXIT } from '../exit-codes.ts';
import { outputDocument } from '../output/document.ts';
import { viewFlags } from '../view-flags.ts';

export class Status extends BaseCommand<typeof Status> {
  static override summary = 'Show the fleet on one screen, the worst first; exit 4 when something is wrong.';
  static override description =
    'Exits 4 when an object is not well, when the heartbeat of the daemon is overdue, when its store does not answer, or ' +
    'when the tip of the config branch is not processed; 0 when all is well. The daemon is asked, then the store, then the ' +
    'status branch.';
  static override examples = [
    '<%= config.bin %> status',
    { description: 'As committed, from a clone of the repository.', command: '<%= config.bin %> status --from status' },
    { description: 'For a monitor.', command: '<%= config.bin %> status --config daemon.yaml -o json' },
  ];
  static override flags = viewFlags;

  protected override async answer(signal: AbortSignal): Promise<CommandAnswer> {
    const { assessHealth } = await import('../../reconciler/view/health.ts');
    const { summarizeFleet } = await import('../summarize-fleet.ts');
    const { renderStatus } = await import('../output/render-status.ts');
    const fleet = await this.openFleet(this.flags, signal);
    try {
      const { info, view, tried } = fleet;
      const objects = await view.list(undefined, signal);
      const looked = await fleet.configTip(signal).then(
        (configTip) => ({ configTip }),
        (error: unknown) => ({ tipTrouble: messageOf(error) }),
      );
      const nowMs = Date.now();

      const health = assessHealth({
        info,
        objects,
        diagnostics: await view.diagnostics(signal),
        nowMs,
        tried,
        ...looked,
      });

      const lists = summarizeFleet(objects);
      return {
        document: outputDocument('FleetStatus', { ...info, ...health, ...lists }),
        text: (screen) => renderStatus({ info, health, lists }, screen, nowMs),
        exitCode: health.healthy ? EXIT.ok : EXIT.unhealthy,
      };
    } finally {
      await fleet.close();
    }
  }
}
