import { asIntendantError, reasonOfCode } from '../../../model/errors.ts';
import { formatDuration } from '../../../model/duration.ts';
import type { StepOutcome } from '../../../model/plan.ts';
import { deadline } from '../../../ssh/deadline.ts';
import { failed, placeOfHost, succeeded, type ActionContext } from './context.ts';

/** A pooled connection may have died unnoticed: the second try is on a new one. */
const TRIES = 2;

/**
 * Looks at the host before it is touched; one that does not answer is skipped. Finds what later intents hold: the boot id,
 * and the address it was found at.
 */
export async function connectAction({ step, deps, signal, name, target }: ActionContext): Promise<StepOutcome> {
  const within = deadline(signal, step.timeoutMs);
  let why = failed('HostUnreachable', `${name} did not answer`);
  try {
    for (let time = 0; time < TRIES; time += 1) {
      const seen = await deps.hands.facts(target, within.signal);
      if ('lost' in seen) {
        why = failed('HostUnreachable', `${name}: ${seen.lost}`);
        continue;
      }
      deps.lastSeen.set(name, deps.clock.now());
      return succeeded('Connected', 'the host answers', { bootId: seen.facts.bootId, address: placeOfHost(target) });
    }
    return why;
  } catch (thrown) {
    signal.throwIfAborted();
    if (within.signal.aborted) {
      return failed('HostUnreachable', `${name} did not answer within ${formatDuration(step.timeoutMs)}`);
    }
    const error = asIntendantError(thrown);
    return failed(reasonOfCode(error.code), error.message);
  } finally {
    within.clear();
  }
}
