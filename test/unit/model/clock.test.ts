import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../../reconciler/model/clock.ts';

const DAY_MS = 86_400_000;

describe('the system clock', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('sleeps longer than one timer can: a freeze may last for months', async () => {
    let awake = false;
    const sleeping = systemClock.sleep(60 * DAY_MS).then(() => (awake = true));

    await vi.advanceTimersByTimeAsync(59 * DAY_MS);
    const early = awake;
    await vi.advanceTimersByTimeAsync(DAY_MS + 1);
    await sleeping;

    expect(early).toBe(false);
    expect(awake).toBe(true);
  });

  it('is woken from a long sleep with the reason of the signal, and leaves no timer behind', async () => {
    const stop = new AbortController();
    const sleeping = systemClock.sleep(60 * DAY_MS, stop.signal);
    await vi.advanceTimersByTimeAsync(30 * DAY_MS);

    stop.abort(new Error('the daemon stops'));

    await expect(sleeping).rejects.toThrow('the daemon stops');
    expect(vi.getTimerCount()).toBe(0);
  });
});
