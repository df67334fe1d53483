import { resolve } from 'node:path';
import { Args, Flags } from '@oclif/core';
import type { Diagnostic } from '../../reconciler/model/diagnostic.ts';
import type { ObjectStatus } from '../../reconciler/model/status.ts';
import type { FleetInfo } from '../../reconciler/view/fleet-view.ts';
import type { ProposedPlan } from '../../reconciler/view/make-plan.ts';
import { BaseCommand, type CommandAnswer } from '../base-command.ts';
import { EXIT } from '../exit-codes.ts';
import { outputDocument } from '../output/document.ts';
import type { NamedCommit } from '../read-merge.ts';
import { viewFlags } from '../view-flags.ts';

/** What is known of the fleet that a plan is made for. */
interface Known {
  objects: ObjectStatus[];
  /** Commit that is in effect. */
  revision?: string;
  view: Pick<FleetInfo, 'from' | 'asOf'> | null;
  /** Where that comes from and how old it is, for people. */
  source: string;
}

/** A plan, and what it was made of. */
interface Made extends ProposedPlan {
  diagnostics: readonly Diagnostic[];
  base?: NamedCommit;
  head?: NamedCommit;
  /** Of what this is the plan. */
  title: string;
}

export class Plan extends BaseCommand<typeof Plan> {
  static override summary = 'Show what the documents in a folder, or a branch, would do, without doing it.';
  static override description =
    'Compares the folder with what is known of the fleet: the daemon is asked, then the store, then the status branch. ' +
    'Where nobody answers, everything is new. "+" is added, "~" changed, "-" removed, "-/+" replaced; operations show their ' +
    'batches in order. With --base and --head it shows what merging one branch into another would do, from the clone that ' +
    'the folder lies in; no host is reached and no secret is needed. With --detailed-exitcode: 0 no changes, 1 it did not work, 2 changes.';
  static override examples = [
    '<%= config.bin %> plan',
    '<%= config.bin %> plan my-fleet',
    {
      description: 'In a pipeline, against what was last committed.',
      command: '<%= config.bin %> plan . --from status --detailed-exitcode',
    },
    {
      description: 'What merging a branch would do, as a comment for its review.',
      command: '<%= config.bin %> plan --base main --head more-web -o markdown',
    },
  ];
  static override args = {
    path: Args.string({ default: '.', description: 'Folder of the config repository.' }),
  };
  static override flags = {
    ...viewFlags,
    base: Flags.string({
      helpValue: 'REF',
      summary: 'Branch, tag or commit that the proposal is merged into. Default with --head: main.',
    }),
    head: Flags.string({
      helpValue: 'REF',
      summary: 'Branch, tag or commit of the proposal. Default with --base: HEAD.',
    }),
    output: Flags.option({
      char: 'o',
      options: ['table', 'json', 'yaml', 'markdown'] as const,
      default: 'table' as const,
      summary: 'How to print the plan: for people, as an object for programs, or as a comment for a review.',
    })(),
    'detailed-exitcode': Flags.boolean({ summary: 'Exit 0 for no changes, 1 for an error, 2 for changes.' }),
  };

  protected override async answer(signal: AbortSignal): Promise<CommandAnswer> {
    const { countChanges, renderPlan } = await import('../../reconciler/view/plan-text.ts');
    const { planMarkdown } = await import('../../reconciler/view/plan-forms.ts');
    const { renderDiagnostics } = await import('../output/render-diagnostics.ts');
    const folder = resolve(this.args.path);
    const known = await this.#knownObjects(signal);
    this.progress.step('Reading the documents');
    const { base, head } = this.flags;
    const merging = base !== undefined || head !== undefined;
    const made = merging ? await this.#mergePlan(folder, known, signal) : await this.#folderPlan(folder, known, signal);
    const { changes, operations, profiles, diagnostics } = made;
    for (const line of renderDiagnostics(diagnostics, this.talk.paint)) this.progress.note(line);
    const invalid = diagnostics.some(({ severity }) => severity === 'error');
    if (invalid)
      this.progress.note('The documents have errors: what they hold back is shown as it would be without them.');
    const changed = changes.length > 0 && this.flags['detailed-exitcode'];
    return {
      document: outputDocument('PlanReport', {
        view: known.view,
        ...(made.base && { base: made.base, head: made.head }),
        ...countChanges(changes),
        changes,
        operations,
        profiles,
        diagnostics,
      }),
      text: ({ paint }) => renderPlan(changes, operations, paint, profiles),
      markdown: () => planMarkdown({ ...made, title: [made.title, `The fleet: ${known.source}`] }).trimEnd(),
      exitCode: invalid ? EXIT.error : changed ? EXIT.changes : EXIT.ok,
    };
  }

  async #folderPlan(folder: string, { objects, revision }: Known, signal: AbortSignal): Promise<Made> {
    const { readRepository, readRepositoryAt } = await import('../read-repository.ts');
    const { makePlan, isFinishedIn } = await import('../../reconciler/view/make-plan.ts');
    const { inventory, diagnostics } = await readRepository(folder, signal, isFinishedIn(objects));
    const accepted = revision === undefined ? undefined : await readRepositoryAt(folder, revision, signal);
    const plan = makePlan(inventory, objects, accepted?.inventory, Date.now());
    return { ...plan, diagnostics, title: `Plan of the folder ${this.args.path}` };
  }

  async #mergePlan(folder: string, { objects }: Known, signal: AbortSignal): Promise<Made> {
    const { readMerge } = await import('../read-merge.ts');
    const { isFinishedIn, planBetween } = await import('../../reconciler/view/make-plan.ts');
    const refs = { base: this.flags.base ?? 'main', head: this.flags.head ?? 'HEAD' };
    const { base, head, before, after, diagnostics } = await readMerge(folder, refs, signal, isFinishedIn(objects));
    const title = `Plan of ${head.name} at ${head.commit.slice(0, 12)}, merged into ${base.name} at ${base.commit.slice(0, 12)}`;
    this.progress.note(this.talk.paint('quiet', title));
    return { ...planBetween(before, after, objects, Date.now()), diagnostics, base, head, title };
  }

  /** What is known of the fleet; nothing where nobody answers, unless somebody was named. */
  async #knownObjects(signal: AbortSignal): Promise<Known> {
    const { describeView } = await import('../../reconciler/view/open-view.ts');
    const named = [this.flags.from, this.flags.config, this.flags.repo, this.flags.state, this.flags.etcd?.[0]];
    try {
      const fleet = await this.openFleet(this.flags, signal);
      try {
        const { from, asOf, revision } = fleet.info;
        const objects = await fleet.view.list(undefined, signal);
        const source = describeView(fleet.info, Date.now());
        return { objects, revision: revision?.accepted, view: { from, asOf }, source };
      } finally {
        await fleet.close();
      }
    } catch (error) {
      const { code } = error as { code?: string };
      if (code !== 'NO_VIEW' || named.some((each) => each !== undefined)) throw error;
      const merging = this.flags.base !== undefined || this.flags.head !== undefined;
      const what = merging
        ? 'which hosts are down, and which operations have ended, is not known'
        : 'everything is new';
      this.progress.note(this.talk.paint('quiet', `nothing is known of a fleet here: ${what}`));
      return { objects: [], view: null, source: 'nothing is known of it here' };
    }
  }
}
