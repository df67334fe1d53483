import { describe, expect, it } from 'vitest';
import { drain } from '../../../reconciler/compose/drain.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { silentLog } from '../../support/silent-log.ts';

const held = new AbortController().signal;

/** Drains with this work, and says whether it is over. */
function draining(working: Promise<unknown>, clock: ManualClock, steps = held): { over: boolean } {
  const seen = { over: false };
  void drain(working, 5000, clock, steps, silentLog).then(() => (seen.over = true));
  return seen;
}

describe('drain', () => {
  it('ends as soon as nothing is in hand', async () => {
    const clock = new ManualClock();

    const seen = draining(Promise.resolve(), clock);
    await clock.advance(0);

    expect([seen.over, clock.sleepers]).toEqual([true, 0]);
  });

  it('ends too when the work ended with an error', async () => {
    const clock = new ManualClock();

    const seen = draining(Promise.reject(new Error('no')), clock);
    await clock.advance(0);

    expect(seen.over).toBe(true);
  });

  it('waits for steps that are about to end, and no longer than it was told', async () => {
    const clock = new ManualClock();

    const seen = draining(new Promise(() => undefined), clock);
    await clock.advance(4999);
    const before = seen.over;
    await clock.advance(1);

    expect([before, seen.over]).toEqual([false, true]);
  });

  it('does not wait once the lease is lost', async () => {
    const clock = new ManualClock();
    const lost = new AbortController();
    const seen = draining(new Promise(() => undefined), clock, lost.signal);

    lost.abort();
    await clock.advance(0);

    expect(seen.over).toBe(true);
  });
});
