import type { StepPlace } from '../../../hosts/guarded-step.ts';
import type { StepOutcome } from '../../../model/plan.ts';
import { failed, type ActionContext } from './context.ts';

/** Where the step's record lies on the host. The folder names the fleet; the id names operation, round and step. */
export function placeOf({ step, deps }: ActionContext): StepPlace {
  return { stepsRoot: deps.stepsRoot, stepId: step.id, digest: step.parameters.digest as string };
}

/** The boot id that the intent holds: the step may only run under it. */
export function intendedBoot({ step }: ActionContext): string | undefined {
  const { bootId } = step.parameters;
  return typeof bootId === 'string' ? bootId : undefined;
}

/** What cannot be decided here: it stops with a reason that says how to go on. */
export function undecidable(
  sighting: { state: 'foreign' } | { state: 'error'; message: string; reason?: string },
  context: ActionContext,
): StepOutcome {
  if (sighting.state === 'error')
    return failed(sighting.reason ?? 'HostCannotPrepare', `${context.name}: ${sighting.message}; nothing was done`);
  const { stepsRoot, stepId } = placeOf(context);
  return failed(
    'ForeignStep',
    `${context.name} holds the record of another operation under ${stepsRoot}/${stepId}; nothing was done. Give the operation a new name, or remove the folder if it is a leftover`,
  );
}
