import type { StepPlace } from '../../../hosts/guarded-step.ts';
import type { StepOutcome } from '../../../model/plan.ts';
import { failed, type ActionContext } from './context.ts';

/**
 * Where the step's record lies on the host. The folder names the fleet; the id names operation, round and step. The intent
 * says which folder: a step that began under one would begin again under another. Older intents do not, and have the
 * configured one.
 */
export function placeOf({ step, deps }: ActionContext): StepPlace {
  const { stepsRoot, digest } = step.parameters;
  return {
    stepsRoot: typeof stepsRoot === 'string' ? stepsRoot : deps.stepsRoot,
    stepId: step.id,
    digest: digest as string,
  };
}

/** The boot id that the intent holds: the step may only run under it. */
export function intendedBoot({ step }: ActionContext): string | undefined {
  const { bootId } = step.parameters;
  return typeof bootId === 'string' ? bootId : undefined;
}

/** Folder of the step's record on the host, for messages. */
export function recordOf(context: ActionContext): string {
  const { stepsRoot, stepId } = placeOf(context);
  return `${stepsRoot}/${stepId}`;
}

/** The step never began: whatever was done around it can be undone. */
const UNTOUCHED = { untouched: true };

/** What the tools of a host say when there is no room left. */
const NO_ROOM = /No space left|is the disk full|[Qq]uota exceeded/;

function cannotPrepare({ message, reason }: { message: string; reason?: string }, context: ActionContext): StepOutcome {
  const told = `${context.name}: ${message}; nothing was done`;
  if (reason !== undefined || !NO_ROOM.test(message)) return failed(reason ?? 'HostCannotPrepare', told, UNTOUCHED);
  const { stepsRoot } = placeOf(context);
  return failed('DiskFull', `${told}; make room for ${stepsRoot} there, then raise spec.retry`, UNTOUCHED);
}

/** What cannot be decided here: it stops with a reason that says how to go on. */
export function undecidable(
  sighting: { state: 'foreign' } | { state: 'error'; message: string; reason?: string },
  context: ActionContext,
): StepOutcome {
  if (sighting.state === 'error') return cannotPrepare(sighting, context);
  return failed(
    'ForeignStep',
    `${context.name} holds the record of another operation under ${recordOf(context)}; nothing was done. Give the operation a new name, or remove the folder if it is a leftover`,
    UNTOUCHED,
  );
}
