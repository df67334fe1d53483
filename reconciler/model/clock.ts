/** Time, injected so that tests decide it. */
export interface Clock {
  /** Wall clock, milliseconds since 1970 UTC. */
  now(): number;
  /** Monotonic milliseconds: for durations and deadlines. */
  monotonic(): number;
  /** Resolves after `ms`; rejects with the signal's reason when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Randomness, injected. Returns [0, 1). */
export type Random = () => number;

/** ISO 8601 in UTC with milliseconds: the one form of time in records and status. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

/** The longest time that one timer can hold, in milliseconds; Node fires a longer one at once. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise<void>((resolve, reject) => {
      if (signal?.aborted) return reject(abortReason(signal));
      const end = performance.now() + ms;
      let timer = setTimeout(done, Math.min(ms, LONGEST_TIMER_MS));
      function done(): void {
        const left = end - performance.now();
        if (ms > LONGEST_TIMER_MS && left > 0) {
          timer = setTimeout(done, Math.min(left, LONGEST_TIMER_MS));
          return;
        }
        signal?.removeEventListener('abort', aborted);
        resolve();
      }
      function aborted(): void {
        clearTimeout(timer);
        reject(abortReason(signal!));
      }
      signal?.addEventListener('abort', aborted, { once: true });
    }),
};

/** The reason of an aborted signal, as an Error. */
export function abortReason(signal: AbortSignal): Error {
  const reason: unknown = signal.reason;
  return reason instanceof Error ? reason : new Error(`aborted: ${String(reason)}`);
}
