import { abortReason } from '../model/clock.ts';

/** One piece of work that several callers wait for; it is given up when the last of them has. */
export class SharedAttempt<T> {
  /** Resolves when the work is over, whatever came of it. */
  readonly ended: Promise<void>;
  readonly #result: Promise<T>;
  readonly #controller = new AbortController();
  #waiting = 0;

  constructor(work: (signal: AbortSignal) => Promise<T>, outer: AbortSignal) {
    const aborted = (): void => this.#controller.abort(abortReason(outer));
    if (outer.aborted) aborted();
    else outer.addEventListener('abort', aborted, { once: true });
    this.#result = work(this.#controller.signal);
    this.ended = this.#result.then(
      () => outer.removeEventListener('abort', aborted),
      () => outer.removeEventListener('abort', aborted),
    );
  }

  /** True: given up; who comes now starts anew. */
  get abandoned(): boolean {
    return this.#controller.signal.aborted;
  }

  /** Waits for the result, or rejects with the reason of the caller's own signal. */
  async join(signal: AbortSignal): Promise<T> {
    if (signal.aborted) throw abortReason(signal);
    this.#waiting++;
    let aborted: (() => void) | undefined;
    try {
      const given = new Promise<never>((_resolve, reject) => {
        aborted = () => reject(abortReason(signal));
        signal.addEventListener('abort', aborted, { once: true });
      });
      return await Promise.race([this.#result, given]);
    } finally {
      if (aborted) signal.removeEventListener('abort', aborted);
      this.#waiting--;
      if (this.#waiting === 0) this.#controller.abort(new Error('nobody waits for it any more'));
    }
  }

  /** Ends the work; all who wait are rejected with `reason`. */
  abandon(reason: Error): void {
    this.#controller.abort(reason);
  }
}
