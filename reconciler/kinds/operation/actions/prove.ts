import { formatDuration } from '../../../model/duration.ts';
import { reasonOfCode } from '../../../model/errors.ts';
import type { StepOutcome } from '../../../model/plan.ts';
import { deadlineOf, failed, succeeded, type ActionContext } from './context.ts';
import { intendedBoot } from './guard.ts';
import { tryUntil } from './reach.ts';

/** A host that accepts the connection and then says nothing is asked anew after this long, in milliseconds. */
const ANSWER_MS = 5000;

/** A restart is proven by a new boot id over a newly authenticated session. */
export async function proveAction(context: ActionContext): Promise<StepOutcome> {
  const { step, deps, signal, name, target } = context;
  const before = intendedBoot(context);
  deps.hands.drop(name);
  const found = await tryUntil<string>(deadlineOf(context), deps.clock, signal, async (within) => {
    const seen = await deps.hands.facts(target, within, ANSWER_MS);
    if ('lost' in seen) return { again: seen.lost };
    if (seen.facts.bootId === before) return { again: 'it still runs under the boot id of before' };
    deps.lastSeen.set(name, deps.clock.now());
    return { answer: seen.facts.bootId };
  });
  if ('answer' in found) return succeeded('Restarted', `restarted, boot id ${found.answer}`, { bootId: found.answer });
  const late = `${name} did not come back with a new boot id within ${formatDuration(step.timeoutMs)}: ${found.gaveUp}`;
  if (found.code) return failed(reasonOfCode(found.code), late);
  return failed('NotBack', `${late}; look at its console and bring it back, then raise spec.retry`);
}
