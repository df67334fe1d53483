import type { Clock } from '../model/clock.ts';
import { asIntendantError } from '../model/errors.ts';
import type { KindLog } from '../kinds/context.ts';
import type { HistoryKeeper } from '../store/state-store.ts';

export interface HistoryOptions {
  /** The part of a store that keeps former values; undefined: it keeps none. */
  history: HistoryKeeper | undefined;
  clock: Clock;
  log: KindLog;
}

const EVERY_MS = 600_000;
/** Former values that are younger than this are kept, in milliseconds. */
const KEEP_MS = 3_600_000;

/**
 * Keeps the history of the store bounded: what keys held an hour ago is forgotten, unless the server sees to that by itself.
 * Only revisions that this process has seen pass are ever named, so nothing is forgotten in the first hour.
 */
export async function boundHistory({ history, clock, log }: HistoryOptions, signal: AbortSignal): Promise<void> {
  if (!history) return;
  const seen: { at: number; revision: number }[] = [];
  let complained = false;
  while (!signal.aborted) {
    try {
      seen.push({ at: clock.monotonic(), revision: await history.current(signal) });
      const old = seen.filter(({ at }) => clock.monotonic() - at >= KEEP_MS).at(-1);
      if (old) {
        await history.forgetBefore(old.revision, signal);
        seen.splice(0, seen.indexOf(old) + 1);
        complained = false;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (!complained) log.warn({ err: asIntendantError(error) }, 'the history of the store could not be bounded');
      complained = true;
    }
    await clock.sleep(EVERY_MS, signal).catch(() => undefined);
  }
}
