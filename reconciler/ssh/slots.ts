import { abortReason } from '../model/clock.ts';

/** A fixed number of places; who finds none free waits in line. */
export class Slots {
  #free: number;
  readonly #line: (() => void)[] = [];

  constructor(count: number) {
    if (!Number.isInteger(count) || count < 1)
      throw new RangeError('a number of places is a whole number of at least 1');
    this.#free = count;
  }

  /** Waits for a place and gives the function that returns it (calling it twice is harmless). Rejects when aborted. */
  async acquire(signal: AbortSignal): Promise<() => void> {
    if (signal.aborted) throw abortReason(signal);
    if (this.#free > 0) this.#free--;
    else await this.#waitInLine(signal);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      const next = this.#line.shift();
      if (next) next();
      else this.#free++;
    };
  }

  /** Runs `work` while holding a place. */
  async run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const release = await this.acquire(signal);
    try {
      return await work();
    } finally {
      release();
    }
  }

  #waitInLine(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const line = this.#line;
      function granted(): void {
        signal.removeEventListener('abort', aborted);
        resolve();
      }
      function aborted(): void {
        line.splice(line.indexOf(granted), 1);
        reject(abortReason(signal));
      }
      line.push(granted);
      signal.addEventListener('abort', aborted, { once: true });
    });
  }
}
