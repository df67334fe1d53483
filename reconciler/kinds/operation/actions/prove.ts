import { formatDuration } from '../../../model/duration.ts';
import { reasonOfCode } from '../../../model/errors.ts';
import type { StepOutcome } from '../../../model/plan.ts';
import { stepIdOf } from '../pipeline.ts';
import { deadlineOf, failed, operationOf, succeeded, type ActionContext } from './context.ts';
import { intendedBoot, placeOf } from './guard.ts';
import { tryUntil, type Try } from './reach.ts';
import { rebootRefused } from './reboot.ts';

/** A host that accepts the connection and then says nothing is asked anew after this long, in milliseconds. */
const ANSWER_MS = 5000;

/** A restart is proven by a new boot id over a newly authenticated session. */
export async function proveAction(context: ActionContext): Promise<StepOutcome> {
  const { step, deps, signal, name, target } = context;
  const before = intendedBoot(context);
  deps.hands.drop(name);
  const found = await tryUntil<StepOutcome>(deadlineOf(context), deps.clock, signal, async (within) => {
    const seen = await deps.hands.facts(target, within, ANSWER_MS);
    if ('lost' in seen) {
      // It may have gone without a word: what comes back is reached over another connection.
      deps.hands.drop(name);
      return { again: seen.lost };
    }
    if (seen.facts.bootId === before) return notYet(context, within);
    deps.lastSeen.set(name, deps.clock.now());
    const { bootId } = seen.facts;
    return { answer: succeeded('Restarted', `restarted, boot id ${bootId}`, { bootId }) };
  });
  if ('answer' in found) return found.answer;
  const late = `${name} did not come back with a new boot id within ${formatDuration(step.timeoutMs)}: ${found.gaveUp}`;
  if (found.code) return failed(reasonOfCode(found.code), late);
  return failed('NotBack', `${late}; look at its console and bring it back, then raise spec.retry`);
}

/** It answers and was not booted: its record of the reboot says whether it is on its way or was refused after all. */
async function notYet(context: ActionContext, signal: AbortSignal): Promise<Try<StepOutcome>> {
  const { step, deps, name, target } = context;
  const stepId = stepIdOf(operationOf(step), step.round, step.ordinal - 1, 'reboot');
  const asked = await deps.hands.readStep(target, { ...placeOf(context), stepId }, signal);
  if ('state' in asked && asked.state === 'done') return { answer: rebootRefused(name, asked) };
  return { again: 'it still runs under the boot id of before' };
}
