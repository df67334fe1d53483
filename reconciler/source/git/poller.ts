import type { Clock, Random } from '../../model/clock.ts';
import { IntendantError } from '../../model/errors.ts';

/** What the poller counts, for metrics. */
export interface PollerStats {
  /** Looks at the remote since the start; one ls-remote each. */
  looks: number;
  /** Looks that failed. */
  failed: number;
  /** Failures since the last success. */
  failuresInARow: number;
}

export interface PollerOptions {
  /** Milliseconds between looks while all is well. */
  intervalMs: number;
  clock: Clock;
  random: Random;
  /** One look: an ls-remote, and whatever follows from it. */
  look: (signal: AbortSignal) => Promise<void>;
  /** Told of every failure, and when it is tried again. */
  onFailure?: (error: unknown, retryInMs: number) => void;
}

const JITTER = 0.1;
const MAX_FACTOR = 10;
const MAX_BACKOFF_MS = 600_000;
/** Hints that come faster than this are answered together. */
const HINT_GAP_MS = 100;

/**
 * Milliseconds to the next look: the interval ±10 % while all is well; after failures twice as long each time, at most
 * ten intervals and 10 minutes (but never less than the interval), and not before the server allows.
 */
export function nextDelay(intervalMs: number, failuresInARow: number, random: Random, retryAfterMs = 0): number {
  const ceiling = Math.max(intervalMs, Math.min(intervalMs * MAX_FACTOR, MAX_BACKOFF_MS));
  const base = Math.min(intervalMs * 2 ** Math.min(failuresInARow, 30), ceiling);
  const jittered = base * (1 - JITTER + 2 * JITTER * random());
  return Math.max(jittered, retryAfterMs);
}

/** Looks at a remote again and again; a hint makes it look now. */
export class Poller {
  readonly #options: PollerOptions;
  readonly #stats: PollerStats = { looks: 0, failed: 0, failuresInARow: 0 };
  #hinted = false;
  #wake: (() => void) | undefined;

  constructor(options: PollerOptions) {
    this.#options = options;
  }

  get stats(): Readonly<PollerStats> {
    return { ...this.#stats };
  }

  /** Look now, or right after the look that is under way. */
  hint(): void {
    this.#hinted = true;
    this.#wake?.();
  }

  /** Looks at once, then at intervals, until the signal is aborted; then it resolves. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#hinted = false;
      const started = this.#options.clock.monotonic();
      const delayMs = await this.#look(signal);
      if (signal.aborted) return;
      if (!this.#hinted) await this.#sleep(delayMs, signal, true);
      const gap = HINT_GAP_MS - (this.#options.clock.monotonic() - started);
      if (gap > 0 && !signal.aborted) await this.#sleep(gap, signal, false);
    }
  }

  async #look(signal: AbortSignal): Promise<number> {
    const { intervalMs, random, look, onFailure } = this.#options;
    this.#stats.looks++;
    try {
      await look(signal);
      this.#stats.failuresInARow = 0;
      return nextDelay(intervalMs, 0, random);
    } catch (error) {
      if (signal.aborted) return 0;
      this.#stats.failed++;
      this.#stats.failuresInARow++;
      const retryAfterMs = error instanceof IntendantError ? error.retryAfterMs : undefined;
      const delayMs = nextDelay(intervalMs, this.#stats.failuresInARow, random, retryAfterMs);
      onFailure?.(error, delayMs);
      return delayMs;
    }
  }

  async #sleep(ms: number, signal: AbortSignal, wakeable: boolean): Promise<void> {
    const woken = new AbortController();
    if (wakeable) this.#wake = () => woken.abort();
    try {
      await this.#options.clock.sleep(ms, AbortSignal.any([signal, woken.signal]));
    } catch (error) {
      if (!signal.aborted && !woken.signal.aborted) throw error;
    } finally {
      this.#wake = undefined;
    }
  }
}
