import { resolve } from 'node:path';
import { Args, Flags } from '@oclif/core';
import type { ObjectStatus } from '../../reconciler/model/status.ts';
import type { FleetInfo } from '../../reconciler/view/fleet-view.ts';
import { BaseCommand, type CommandAnswer } from '../base-command.ts';
import { EXIT } from '../exit-codes.ts';
import { outputDocument } from '../output/document.ts';
import { viewFlags } from '../view-flags.ts';

export class Plan extends BaseCommand<typeof Plan> {
  static override summary = 'Show what the documents in a folder would do, without doing it.';
  static override description =
    'Compares the folder with what is known of the fleet: the daemon is asked, then the store, then the status branch. ' +
    'Where nobody answers, everything is new. "+" is added, "~" changed, "-" removed, "-/+" replaced; operations show their ' +
    'batches in order. With --detailed-exitcode: 0 no changes, 1 it did not work, 2 changes.';
  static override examples = [
    '<%= config.bin %> plan',
    '<%= config.bin %> plan my-fleet',
    {
      description: 'In a pipeline, against what was last committed.',
      command: '<%= config.bin %> plan . --from status --detailed-exitcode',
    },
  ];
  static override args = {
    path: Args.string({ default: '.', description: 'Folder of the config repository.' }),
  };
  static override flags = {
    ...viewFlags,
    'detailed-exitcode': Flags.boolean({ summary: 'Exit 0 for no changes, 1 for an error, 2 for changes.' }),
  };

  protected override async answer(signal: AbortSignal): Promise<CommandAnswer> {
    const { readRepository, readRepositoryAt } = await import('../read-repository.ts');
    const { makePlan, isFinishedIn } = await import('../../reconciler/view/make-plan.ts');
    const { countChanges, renderPlan } = await import('../output/render-plan.ts');
    const folder = resolve(this.args.path);
    const { objects, revision, view } = await this.#knownObjects(signal);
    this.progress.step('Reading the documents');
    const { inventory, diagnostics } = await readRepository(folder, signal, isFinishedIn(objects));

    const accepted = revision === undefined ? undefined : await readRepositoryAt(folder, revision, signal);

    const { changes, operations, profiles } = makePlan(inventory, objects, accepted?.inventory, Date.now());

    const { renderDiagnostics } = await import('../output/render-diagnostics.ts');
    for (const line of renderDiagnostics(diagnostics, this.talk.paint)) this.progress.note(line);
    const invalid = diagnostics.some(({ severity }) => severity === 'error');
    if (invalid)
      this.progress.note('The documents have errors: what they hold back is shown as it would be without them.');
    const changed = changes.length > 0 && this.flags['detailed-exitcode'];
    return {
      document: outputDocument('PlanReport', {
        view,
        ...countChanges(changes),
        changes,
        operations,
        profiles,
        diagnostics,
      }),
      text: ({ paint }) => renderPlan(changes, operations, paint, profiles),
      exitCode: invalid ? EXIT.error : changed ? EXIT.changes : EXIT.ok,
    };
  }

  /** What is known of the fleet; nothing where nobody answers, unless somebody was named. */
  async #knownObjects(
    signal: AbortSignal,
  ): Promise<{ objects: ObjectStatus[]; revision?: string; view: Pick<FleetInfo, 'from' | 'asOf'> | null }> {
    const named = [this.flags.from, this.flags.config, this.flags.repo, this.flags.state, this.flags.etcd?.[0]];
    try {
      const fleet = await this.openFleet(this.flags, signal);
      try {
        const { from, asOf, revision } = fleet.info;
        const objects = await fleet.view.list(undefined, signal);
        return { objects, revision: revision?.accepted, view: { from, asOf } };
      } finally {
        await fleet.close();
      }
    } catch (error) {
      const { code } = error as { code?: string };
      if (code !== 'NO_VIEW' || named.some((each) => each !== undefined)) throw error;
      this.progress.note(this.talk.paint('quiet', 'nothing is known of a fleet here: everything is new'));
      return { objects: [], view: null };
    }
  }
}
