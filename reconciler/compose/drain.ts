import type { Clock } from '../model/clock.ts';
import type { KindLog } from '../kinds/context.ts';

/**
 * Waits for the steps in hand of a daemon that was asked to stop, at most `drainMs` milliseconds, and not at all once `steps`
 * has aborted (the lease is lost). Never rejects. What is not over then goes on at its host and is re-attached by the next
 * start.
 *
 * @param working resolves when nothing is in hand any more.
 */
export async function drain(
  working: Promise<unknown>,
  drainMs: number,
  clock: Clock,
  steps: AbortSignal,
  log: KindLog,
): Promise<void> {
  log.info({ drainMs }, 'the daemon was asked to stop: it begins nothing more and waits for the steps in hand');
  const over = new AbortController();
  const settled = working.then(
    () => true,
    () => true,
  );
  const waited = clock.sleep(drainMs, AbortSignal.any([steps, over.signal])).then(
    () => false,
    () => false,
  );
  const done = await Promise.race([settled, waited]);
  over.abort();
  if (!done)
    log.info({ drainMs }, 'steps in hand are left to go on at their hosts; the next start takes them up again');
}
