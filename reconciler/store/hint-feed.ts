import type { WatchHint } from './state-store.ts';

/** Hints kept for a reader that is slow; beyond that it is told to list again. */
const DEFAULT_LIMIT = 1000;

/** A queue of hints between a store and one reader of a watch, bounded: what does not fit becomes one `relist`. */
export class HintFeed implements AsyncIterable<WatchHint> {
  readonly #limit: number;
  #queue: WatchHint[] = [];
  #wake: (() => void) | undefined;
  #closed = false;

  constructor(limit = DEFAULT_LIMIT) {
    this.#limit = limit;
  }

  push(hint: WatchHint): void {
    if (this.#closed) return;
    // To list again covers whatever happened before it.
    if (hint.type === 'relist' || this.#queue.length >= this.#limit) this.#queue = [{ type: 'relist' }];
    else this.#queue.push(hint);
    this.#wake?.();
  }

  /** Ends the iteration at once; hints not yet read are dropped. */
  close(): void {
    this.#closed = true;
    this.#queue = [];
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<WatchHint> {
    while (!this.#closed) {
      const hint = this.#queue.shift();
      if (hint !== undefined) yield hint;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}
