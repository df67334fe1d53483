import { abortReason, type Clock } from '../model/clock.ts';

/** Lets one waiting loop sleep until it is wanted, at the latest for a given time. */
export class Wake {
  #notify: (() => void) | undefined;

  /** Ends the wait in hand; nothing when nobody waits, so the waiter looks at its own state before waiting. */
  notify(): void {
    this.#notify?.();
  }

  /** Resolves on `notify` or after `ms`; rejects with the signal's reason when aborted. */
  async wait(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) throw abortReason(signal);
    const woken = new AbortController();
    this.#notify = () => woken.abort();
    try {
      await clock.sleep(ms, AbortSignal.any([signal, woken.signal]));
    } catch (error) {
      if (signal.aborted || !woken.signal.aborted) throw error;
    } finally {
      this.#notify = undefined;
    }
  }
}
