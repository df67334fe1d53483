import { setImmediate as nextTurn } from 'node:timers/promises';
import TinyQueue from 'tinyqueue';
import type { Clock } from '../model/clock.ts';
import type { ResourceKey } from '../model/resource.ts';

interface Due {
  key: ResourceKey;
  /** Monotonic milliseconds. */
  at: number;
}

/** Keys that are given out in one turn of the event loop: those that come back at once must not keep hosts and timers waiting. */
const KEYS_A_TURN = 64;

/** Made once: the reason that `abort` makes by itself is an error with a stack, many times a second. */
const WOKEN = new Error('woken');

/**
 * Keys to look at. A key stands in it once, however often it is added; one that is added while it is being looked at is
 * looked at again afterwards, never at the same time. Carries no contents. For one taker.
 */
export class WorkQueue {
  readonly #ready = new Set<ResourceKey>();
  readonly #busy = new Set<ResourceKey>();
  readonly #again = new Set<ResourceKey>();
  /** When each waiting key is due; the heap may hold stale entries, this map decides. */
  readonly #due = new Map<ResourceKey, number>();
  readonly #heap = new TinyQueue<Due>([], (a, b) => a.at - b.at);
  readonly #clock: Clock;
  #wake: () => void = () => undefined;
  #taken = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Look at it as soon as a worker is free. */
  add(key: ResourceKey): void {
    this.#due.delete(key);
    if (this.#busy.has(key)) {
      this.#again.add(key);
      return;
    }
    this.#ready.add(key);
    this.#wake();
  }

  /** Look at it after `ms`, unless it is added before. A shorter wait already set is kept. */
  addAfter(key: ResourceKey, ms: number): void {
    const at = this.#clock.monotonic() + Math.max(0, ms);
    const before = this.#due.get(key);
    if (before !== undefined && before <= at) return;
    this.#due.set(key, at);
    this.#heap.push({ key, at });
    // The taker sleeps until the first is due: that changes only with another first.
    if (this.#heap.peek()?.key === key) this.#wake();
  }

  /** The next key, marked busy until `done`; waits for one. Rejects when aborted. */
  async take(signal: AbortSignal): Promise<ResourceKey> {
    this.#taken += 1;
    if (this.#taken % KEYS_A_TURN === 0) await nextTurn();
    for (;;) {
      signal.throwIfAborted();
      this.#promote();
      for (const key of this.#ready) {
        this.#ready.delete(key);
        this.#busy.add(key);
        return key;
      }
      await this.#sleepUntilDue(signal);
    }
  }

  done(key: ResourceKey): void {
    this.#busy.delete(key);
    if (!this.#again.delete(key)) return;
    this.#ready.add(key);
    this.#wake();
  }

  /** Nothing ready and nothing in hand; keys whose time has not come do not count. */
  get idle(): boolean {
    this.#promote();
    return this.depth === 0;
  }

  /** Keys ready or in hand: the queue depth of the metrics. */
  get depth(): number {
    return this.#ready.size + this.#busy.size;
  }

  #promote(): void {
    const now = this.#clock.monotonic();
    for (let next = this.#heap.peek(); next && next.at <= now; next = this.#heap.peek()) {
      this.#heap.pop();
      if (this.#due.get(next.key) === next.at) this.add(next.key);
    }
  }

  async #sleepUntilDue(signal: AbortSignal): Promise<void> {
    const woken = new AbortController();
    const wake = (): void => woken.abort(WOKEN);
    this.#wake = wake;
    // Not AbortSignal.any: on a signal that lives as long as the daemon each use leaves something behind for ever.
    signal.addEventListener('abort', wake, { once: true });
    const next = this.#heap.peek();
    const ms = next === undefined ? 3_600_000 : Math.max(1, next.at - this.#clock.monotonic());
    await this.#clock.sleep(ms, woken.signal).catch(() => undefined);
    signal.removeEventListener('abort', wake);
    this.#wake = () => undefined;
  }
}
