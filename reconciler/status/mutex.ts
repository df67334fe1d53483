import { abortReason } from '../model/clock.ts';

/** One at a time, in the order of asking; who gives up waiting does not let others in early. */
export class Mutex {
  #tail: Promise<void> = Promise.resolve();

  async run<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const before = this.#tail;
    let release: () => void = () => undefined;
    const mine = new Promise<void>((resolve) => (release = resolve));
    this.#tail = before.then(() => mine);
    try {
      await orAbort(before, signal);
      return await work();
    } finally {
      release();
    }
  }
}

/** Waits for a promise, and no longer than until the signal. */
export function orAbort<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    if (signal.aborted) return reject(abortReason(signal));
    const aborted = (): void => reject(abortReason(signal));
    signal.addEventListener('abort', aborted, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', aborted));
  });
}
