import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Standing } from '../../../reconciler/compose/standing.ts';
import type { StateStore } from '../../../reconciler/store/state-store.ts';
import { ManualClock } from '../../support/manual-clock.ts';

describe('where a daemon stands', () => {
  let clock: ManualClock;
  let holder: () => Promise<string | undefined>;
  let said: string[];
  let standing: Standing;
  let ended: AbortController;
  let running: Promise<void>;

  beforeEach(() => {
    clock = new ManualClock();
    said = [];
    holder = () => Promise.resolve('other');
    const store = { leaseHolder: () => holder() } as unknown as StateStore;
    const say = (_fields: object, message: string): void => void said.push(message);
    standing = new Standing({ store, lease: 'daemon', holder: 'own', clock, log: { info: say, warn: say } });
    ended = new AbortController();
    running = standing.run(ended.signal);
  });
  afterEach(async () => {
    ended.abort();
    await running;
  });

  it('is a wait for the one that holds the fleet, said once and again after five minutes', async () => {
    await clock.advance(60_000);
    const inAMinute = [...said];
    await clock.advance(300_000);

    expect(standing.waiting).toEqual({ since: '2026-01-01T00:00:00.000Z', why: 'other is the daemon now' });
    expect(inAMinute).toEqual(['waiting: another daemon holds the fleet']);
    expect(said).toHaveLength(2);
  });

  it('is no wait while it acts, and one since the moment in which it ceased to', async () => {
    standing.acting = true;
    await clock.advance(10_000);
    const acting = standing.waiting;
    standing.acting = false;

    expect(acting).toBeUndefined();
    expect(standing.waiting).toEqual({ since: '2026-01-01T00:00:10.000Z', why: 'it waits for the lease of the fleet' });
  });

  it('names since when the store does not answer and why, also while it acts, and that it is back', async () => {
    standing.acting = true;
    holder = () => Promise.reject(new Error('no route'));
    await clock.advance(10_000);
    const away = standing.storeAway;
    holder = () => Promise.resolve('own');
    await clock.advance(3000);

    expect(away).toEqual({ since: '2026-01-01T00:00:02.500Z', why: 'no route' });
    expect(standing.storeAway).toBeUndefined();
    expect(said).toEqual(['the store does not answer: nothing new begins until it does', 'the store answers again']);
  });
});
