import { systemClock, type Clock } from '../../reconciler/model/clock.ts';

interface Sleeper {
  at: number;
  wake: () => void;
}

/** The real time, which a test can move on at a stroke: what sleeps until then wakes, in the order of its times. */
export class WarpClock implements Clock {
  #ahead = 0;
  readonly #sleepers = new Set<Sleeper>();

  now(): number {
    return systemClock.now() + this.#ahead;
  }

  monotonic(): number {
    return systemClock.monotonic() + this.#ahead;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    const early = new AbortController();
    const sleeper = { at: this.monotonic() + ms, wake: () => early.abort() };
    const aborted = (): void => early.abort();
    signal?.addEventListener('abort', aborted, { once: true });
    this.#sleepers.add(sleeper);
    try {
      signal?.throwIfAborted();
      await systemClock.sleep(ms, early.signal).catch(() => undefined);
      signal?.throwIfAborted();
    } finally {
      this.#sleepers.delete(sleeper);
      signal?.removeEventListener('abort', aborted);
    }
  }

  /** Moves time on, and gives what wakes a moment of real time at each step. */
  async advance(ms: number, { stepMs = 5000, realMs = 40 } = {}): Promise<void> {
    for (let gone = 0; gone < ms; gone += stepMs) {
      this.#ahead += Math.min(stepMs, ms - gone);
      const due = [...this.#sleepers].filter(({ at }) => at <= this.monotonic()).sort((a, b) => a.at - b.at);
      for (const { wake } of due) wake();
      await systemClock.sleep(realMs);
    }
  }
}
