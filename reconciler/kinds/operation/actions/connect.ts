import type { Facts } from '../../../hosts/facts.ts';
import { familyNameOf } from '../../../hosts/families/registry.ts';
import { tellLost } from '../../../hosts/lost.ts';
import { asIntendantError, reasonOfCode, tellError } from '../../../model/errors.ts';
import { formatDuration } from '../../../model/duration.ts';
import type { Json } from '../../../model/json.ts';
import type { StepOutcome } from '../../../model/plan.ts';
import { deadline } from '../../../ssh/deadline.ts';
import { checkSettings } from '../../host/settings.ts';
import { failed, placeOfHost, succeeded, type ActionContext } from './context.ts';

/** A pooled connection may have died unnoticed: the second try is on a new one. */
const TRIES = 2;
/** However impatient the checks of the fleet are, a host that is to be acted on has this long to answer, in milliseconds. */
const LEAST_ANSWER_MS = 5000;

/**
 * Looks at the host before it is touched; one that does not answer is skipped. Finds what later intents hold: the boot id,
 * the address it was found at, where the records of steps lie there, and the family of commands that it is told.
 */
export async function connectAction({ step, deps, signal, name, target }: ActionContext): Promise<StepOutcome> {
  const within = deadline(signal, step.timeoutMs);
  const patience = Math.max(checkSettings(deps.inventory()).timeoutMs, LEAST_ANSWER_MS);
  let why: StepOutcome | undefined;
  try {
    for (let time = 0; time < TRIES; time += 1) {
      const seen = await deps.hands.facts(target, within.signal, patience);
      if ('lost' in seen) {
        const { code, message } = tellLost(name, seen);
        why = failed(reasonOfCode(code), message);
        deps.hands.drop(name);
        continue;
      }
      deps.lastSeen.set(name, deps.clock.now());
      return succeeded('Connected', 'the host answers', {
        ...foundIn(seen.facts, placeOfHost(target)),
        stepsRoot: deps.stepsRoot,
      });
    }
    return why ?? failed('HostUnreachable', `${name} did not answer`);
  } catch (thrown) {
    signal.throwIfAborted();
    if (within.signal.aborted && why) return why;
    if (within.signal.aborted) {
      return failed('HostUnreachable', `${name} did not answer within ${formatDuration(step.timeoutMs)}`);
    }
    const error = asIntendantError(thrown);
    return failed(reasonOfCode(error.code), tellError(error));
  } finally {
    within.clear();
  }
}

function foundIn(facts: Facts, address: string): Record<string, Json> {
  const family = familyNameOf(facts);
  return { bootId: facts.bootId, address, os: facts.os, ...(family && { family }) };
}
