import { abortReason } from '../model/clock.ts';

/** A signal that also ends after a time. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** Lets go of the outer signal and of the timer; call it when the work is done. */
  clear(): void;
}

/**
 * A signal that aborts with `outer`, or after `ms` with a TimeoutError. Unlike AbortSignal.any it leaves nothing behind
 * on a signal that lives as long as the daemon.
 */
export function deadline(outer: AbortSignal, ms: number): Deadline {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(new DOMException(`no answer within ${ms} ms`, 'TimeoutError')), ms);
  const aborted = (): void => controller.abort(abortReason(outer));
  if (outer.aborted) aborted();
  else outer.addEventListener('abort', aborted, { once: true });
  return {
    signal: controller.signal,
    clear: () => {
      clearTimeout(timer);
      outer.removeEventListener('abort', aborted);
    },
  };
}
