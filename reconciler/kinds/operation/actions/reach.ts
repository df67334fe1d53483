import { LONGEST_TIMER_MS, type Clock } from '../../../model/clock.ts';
import { asIntendantError, tellError } from '../../../model/errors.ts';
import { deadline as bounded } from '../../../ssh/deadline.ts';

/**
 * Between two tries to reach a host that is rebooting: a twentieth of the time that it has been tried, so that no host waits much
 * longer for us than we for it, within these bounds in milliseconds.
 */
const SHORTEST_PAUSE_MS = 10;
/** After an answer, which costs both ends more than none. */
const SHORTEST_AFTER_ANSWER_MS = 25;
const LONGEST_PAUSE_MS = 1000;
const PAUSE_SHARE = 0.05;

/** What one try found: an answer, or why there was none (to be tried again). */
export type Try<T> = { answer: T } | { again: string };

/**
 * Tries until there is an answer or the deadline has passed; failing to connect is a reason to try again. What a person must
 * mend (a changed host key) ends it at once. Throws Waiting `HALTED` when the brake stands in the way, for that says nothing
 * about the host.
 *
 * @returns the answer, or the last reason why there was none.
 */
export async function tryUntil<T>(
  deadline: number,
  clock: Clock,
  signal: AbortSignal,
  attempt: (signal: AbortSignal) => Promise<Try<T>>,
): Promise<{ answer: T } | { gaveUp: string; code?: string }> {
  const since = clock.now();
  let last = 'it did not answer';
  for (;;) {
    const left = deadline - clock.now();
    if (left <= 0) return { gaveUp: last };
    const within = bounded(signal, Math.min(Math.ceil(left), LONGEST_TIMER_MS));
    let shortest = SHORTEST_AFTER_ANSWER_MS;
    try {
      const result = await attempt(within.signal);
      if ('answer' in result) return result;
      last = result.again;
    } catch (thrown) {
      signal.throwIfAborted();
      // The deadline fell into this try: what it threw is the deadline and says nothing about the host.
      if (within.signal.aborted) return { gaveUp: last };
      const error = asIntendantError(thrown);
      if (error.disposition === 'Bug' || error.code === 'HALTED') throw error;
      if (error.disposition === 'InvalidInput') return { gaveUp: tellError(error), code: error.code };
      last = error.message;
      shortest = SHORTEST_PAUSE_MS;
    } finally {
      within.clear();
    }
    const now = clock.now();
    const pause = Math.min(Math.max((now - since) * PAUSE_SHARE, shortest), LONGEST_PAUSE_MS);
    await clock.sleep(Math.min(pause, Math.max(1, deadline - now)), signal);
  }
}
