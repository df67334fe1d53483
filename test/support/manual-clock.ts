import { setImmediate as nextTurn } from 'node:timers/promises';
import { abortReason, type Clock } from '../../reconciler/model/clock.ts';

/** Turns of the event loop in which what was woken comes to rest. */
const TURNS = 20;

interface Sleeper {
  at: number;
  wake(): void;
}

/** A clock that stands still until it is told to advance; sleepers are woken in order of their time. */
export class ManualClock implements Clock {
  #now: number;
  readonly #start: number;
  readonly #sleepers = new Set<Sleeper>();

  constructor(start = '2026-01-01T00:00:00Z') {
    this.#now = Date.parse(start);
    this.#start = this.#now;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now - this.#start;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(abortReason(signal));
      const wake = (): void => {
        signal?.removeEventListener('abort', aborted);
        resolve();
      };
      const sleeper: Sleeper = { at: this.#now + ms, wake };
      const aborted = (): void => {
        if (this.#sleepers.delete(sleeper)) reject(abortReason(signal!));
      };
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', aborted, { once: true });
    });
  }

  /** How many are asleep: lets a test wait until the code under test waits. */
  get sleepers(): number {
    return this.#sleepers.size;
  }

  /** Moves time on, waking sleepers in order and letting what they start settle. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      await this.settle();
      const next = [...this.#sleepers].filter((sleeper) => sleeper.at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.#now = Math.max(this.#now, next.at);
      this.#sleepers.delete(next);
      next.wake();
    }
    this.#now = end;
    await this.settle();
  }

  /** Lets everything that is ready run, without moving time. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < TURNS; turn += 1) await nextTurn();
  }
}
