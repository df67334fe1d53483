import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Transient } from '../../../../reconciler/model/errors.ts';
import { Poller, nextDelay } from '../../../../reconciler/source/git/poller.ts';
import { ManualClock } from '../../../support/manual-clock.ts';

function start(look: () => Promise<void>, intervalMs = 30_000) {
  const clock = new ManualClock();
  const stop = new AbortController();
  const failures: number[] = [];
  const poller = new Poller({
    intervalMs,
    clock,
    random: () => 0.5,
    look,
    onFailure: (_error, retryInMs) => failures.push(retryInMs),
  });
  const done = poller.run(stop.signal);
  return { clock, poller, failures, end: () => (stop.abort(), done) };
}

describe('the time to the next look', () => {
  it('is the interval, ten percent more or less', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (random) => {
        const delay = nextDelay(30_000, 0, () => random);

        expect(delay).toBeGreaterThanOrEqual(27_000);
        expect(delay).toBeLessThanOrEqual(33_000);
      }),
    );
  });

  it('doubles with every failure up to ten intervals and ten minutes', () => {
    const delays = [1, 2, 3, 4, 5, 50].map((failures) => nextDelay(30_000, failures, () => 0.5));

    expect(delays).toEqual([60_000, 120_000, 240_000, 300_000, 300_000, 300_000]);
    expect(nextDelay(300_000, 9, () => 0.5)).toBe(600_000);
    expect(nextDelay(3_600_000, 9, () => 0.5)).toBe(3_600_000);
  });

  it('is never before the server allows', () => {
    expect(nextDelay(1000, 1, () => 0.5, 90_000)).toBe(90_000);
  });
});

describe('the poller', () => {
  it('looks at once and then once per interval', async () => {
    let looks = 0;
    const { clock, poller, end } = start(async () => void looks++);

    await clock.advance(95_000);

    expect(looks).toBe(4);
    expect(poller.stats).toEqual({ looks: 4, failed: 0, failuresInARow: 0 });
    await end();
  });

  it('backs off while looking fails and returns to the interval afterwards', async () => {
    let fail = true;
    const { clock, poller, failures, end } = start(async () => {
      if (fail) throw new Transient('down', { code: 'DOWN' });
    });

    await clock.advance(200_000);
    fail = false;
    await clock.advance(300_000);

    expect(failures).toEqual([60_000, 120_000, 240_000]);
    expect(poller.stats.failuresInARow).toBe(0);
    await end();
  });

  it('looks now when it is given a hint, also while it backs off', async () => {
    let looks = 0;
    const { clock, poller, end } = start(async () => {
      looks++;
      throw new Transient('down', { code: 'DOWN' });
    });
    await clock.advance(1000);

    poller.hint();
    await clock.advance(0);

    expect(looks).toBe(2);
    await end();
  });

  it('answers many hints with few looks', async () => {
    let looks = 0;
    const { clock, poller, end } = start(async () => void looks++);
    await clock.advance(1000);

    for (let hint = 0; hint < 50; hint++) {
      poller.hint();
      await clock.advance(2);
    }
    await clock.advance(200);

    expect(looks).toBeLessThanOrEqual(4);
    await end();
  });

  it('looks again when the hint came during a look', async () => {
    let looks = 0;
    const held: (() => void)[] = [];
    const { clock, poller, end } = start(() => {
      looks++;
      return looks === 1 ? new Promise((resolve) => held.push(resolve)) : Promise.resolve();
    });
    await clock.advance(10);

    poller.hint();
    held[0]!();
    await clock.advance(200);

    expect(looks).toBe(2);
    await end();
  });
});
