import { abortReason } from '../../model/clock.ts';

/** What one request works within: a signal, and the time until its answer must have begun. */
export interface RequestScope {
  /** Aborted when the client goes away, the server stops, or the time is over. Holds on while an answer is streamed. */
  signal: AbortSignal;
  /** The answer has begun: from now on only the client and the server end it. */
  begun(): void;
  /** Nothing listens any more: takes every listener back. */
  end(): void;
}

/** Why an answer did not begin in time. */
export class TooLate extends Error {
  override name = 'TooLate';
}

/**
 * Joins the signals of one request by hand: `AbortSignal.any` over a signal that lives as long as the server keeps what it made for
 * every request.
 */
export function requestScope(client: AbortSignal, stopping: AbortSignal, deadlineMs: number): RequestScope {
  const controller = new AbortController();
  const { signal } = controller;
  const sources = [client, stopping];
  const stop = (source: AbortSignal) => (): void => controller.abort(abortReason(source));
  const listeners = sources.map(stop);
  const timer = setTimeout(() => controller.abort(new TooLate('The answer took too long.')), deadlineMs);
  timer.unref();
  sources.forEach((source, index) => {
    if (source.aborted) listeners[index]!();
    else source.addEventListener('abort', listeners[index]!, { once: true });
  });
  return {
    signal,
    begun: () => clearTimeout(timer),
    end() {
      clearTimeout(timer);
      sources.forEach((source, index) => source.removeEventListener('abort', listeners[index]!));
    },
  };
}
