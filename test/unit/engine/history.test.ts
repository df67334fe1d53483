import { describe, expect, it } from 'vitest';
import { boundHistory } from '../../../reconciler/engine/history.ts';
import { silentLog } from '../../support/silent-log.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const MINUTE = 60_000;

describe('the history of the store', () => {
  it('is forgotten an hour behind, and never in the first hour', async () => {
    const clock = new ManualClock();
    const stop = new AbortController();
    const forgotten: number[] = [];
    const history = {
      current: async () => 1000 + clock.monotonic() / MINUTE,
      forgetBefore: async (revision: number) => void forgotten.push(revision),
    };

    const running = boundHistory({ history, clock, log: silentLog }, stop.signal);
    await clock.advance(59 * MINUTE);
    const early = [...forgotten];
    await clock.advance(41 * MINUTE);
    stop.abort();
    await running;

    expect(early).toEqual([]);
    expect(forgotten).toEqual([1000, 1010, 1020, 1030, 1040]);
  });

  it('goes on after the store was away, and complains once', async () => {
    const clock = new ManualClock();
    const stop = new AbortController();
    const forgotten: number[] = [];
    const complaints: string[] = [];
    let away = true;
    const history = {
      current: async () => 7,
      forgetBefore: async (revision: number) => {
        if (away) throw new Error('away');
        forgotten.push(revision);
      },
    };
    const log = { ...silentLog, warn: (_: unknown, message: string) => void complaints.push(message) };

    const running = boundHistory({ history, clock, log }, stop.signal);
    await clock.advance(90 * MINUTE);
    away = false;
    await clock.advance(10 * MINUTE);
    stop.abort();
    await running;

    expect(complaints).toHaveLength(1);
    expect(forgotten).toEqual([7]);
  });
});
