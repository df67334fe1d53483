import { abortReason } from '../../model/clock.ts';
import { Transient } from '../../model/errors.ts';
import { GitCode } from './git-error.ts';

/** The error for a server that went silent. */
export function silent(where: string, idleMs: number): Transient {
  return new Transient(`${where} sent nothing for ${Math.round(idleMs / 100) / 10} s and was cut off.`, {
    code: GitCode.timeout,
    hint: 'Check the network and the git server; it is tried again.',
  });
}

/**
 * A promise with a deadline and a signal; `cut` ends what it waits for. Rejects with Transient `GIT_TIMEOUT` or the
 * signal's reason.
 */
export function bounded<T>(
  work: Promise<T>,
  where: string,
  idleMs: number,
  signal: AbortSignal,
  cut: () => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => stop(silent(where, idleMs)), idleMs);
    const aborted = (): void => stop(abortReason(signal));
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', aborted);
    }
    function stop(reason: Error): void {
      done();
      reject(reason);
      cut();
    }
    if (signal.aborted) return aborted();
    signal.addEventListener('abort', aborted, { once: true });
    work.then(
      (value) => {
        done();
        resolve(value);
      },
      (error: unknown) => {
        done();
        reject(error instanceof Error ? error : new Error(String(error)));
      },
    );
  });
}

/** The chunks of a stream, each within `idleMs` of the one before; `cut` is called whenever reading ends early. */
export async function* flowing(
  stream: AsyncIterable<Buffer>,
  where: string,
  idleMs: number,
  signal: AbortSignal,
  cut: () => void,
): AsyncGenerator<Buffer> {
  const iterator = stream[Symbol.asyncIterator]();
  let ended = false;
  try {
    for (;;) {
      const next = await bounded(iterator.next(), where, idleMs, signal, cut);
      if (next.done) {
        ended = true;
        return;
      }
      yield next.value;
    }
  } finally {
    if (!ended) cut();
  }
}
