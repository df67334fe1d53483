import { asIntendantError, reasonOfCode } from '../../../model/errors.ts';
import type { StepOutcome } from '../../../model/plan.ts';
import { failed, succeeded, type ActionContext } from './context.ts';

/** A pooled connection may have died unnoticed: the second try is on a new one. */
const TRIES = 2;

/** Looks at the host before it is touched; one that does not answer is skipped. Finds the boot id that later intents hold. */
export async function connectAction({ step, deps, signal, name, target }: ActionContext): Promise<StepOutcome> {
  const until = AbortSignal.any([signal, AbortSignal.timeout(step.timeoutMs)]);
  let why = failed('HostUnreachable', `${name} did not answer`);
  for (let time = 0; time < TRIES; time += 1) {
    try {
      const seen = await deps.hands.facts(target, until);
      if ('lost' in seen) {
        why = failed('HostUnreachable', `${name}: ${seen.lost}`);
        continue;
      }
      deps.lastSeen.set(name, deps.clock.now());
      return succeeded('Connected', 'the host answers', { bootId: seen.facts.bootId });
    } catch (thrown) {
      signal.throwIfAborted();
      const error = asIntendantError(thrown);
      return failed(reasonOfCode(error.code), error.message);
    }
  }
  return why;
}
