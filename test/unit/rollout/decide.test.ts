import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planBatches } from '../../../reconciler/rollout/batches.ts';
import { decideRollout, type HostProgress, type RolloutInput } from '../../../reconciler/rollout/decide.ts';

const done = (result: 'succeeded' | 'failed' | 'skipped', finishedAt = 0): HostProgress => ({
  state: 'done',
  result,
  finishedAt,
});
const running: HostProgress = { state: 'running' };

function input(
  batches: string[][],
  progress: Record<string, HostProgress>,
  over: Partial<RolloutInput> = {},
): RolloutInput {
  return {
    batches,
    progress: (host) => progress[host] ?? { state: 'pending' },
    unavailable: new Set(Object.keys(progress).filter((host) => progress[host]!.state === 'running')),
    maxUnavailable: 10,
    maxFailures: 0,
    minHealthyMs: 0,
    claimedByOther: () => undefined,
    nowMs: 1000,
    ...over,
  };
}

describe('decideRollout', () => {
  it('starts the whole first batch when nothing is down', () => {
    expect(decideRollout(input([['a', 'b'], ['c']], {}))).toMatchObject({
      start: ['a', 'b'],
      state: 'running',
      batch: 0,
    });
  });

  it('does not start the next batch while a host of this one is running', () => {
    expect(decideRollout(input([['a', 'b'], ['c']], { a: done('succeeded'), b: running }))).toMatchObject({
      start: [],
      state: 'running',
    });
  });

  it('starts no more hosts than maxUnavailable allows, counting hosts that others took down', () => {
    const decision = decideRollout(
      input([['a', 'b', 'c']], {}, { maxUnavailable: 2, unavailable: new Set(['elsewhere']) }),
    );

    expect(decision.start).toEqual(['a']);
  });

  it('holds with the names of the hosts that are down when none may start', () => {
    const decision = decideRollout(input([['a']], {}, { maxUnavailable: 1, unavailable: new Set(['elsewhere']) }));

    expect(decision).toMatchObject({ state: 'held', hold: { reason: 'MaxUnavailable' } });
    expect(decision.hold!.message).toContain('elsewhere');
  });

  it('looks at a host that is down already without counting it twice', () => {
    expect(decideRollout(input([['a']], {}, { maxUnavailable: 1, unavailable: new Set(['a']) })).start).toEqual(['a']);
  });

  it('starts none of several hosts that are down while they are more than may be, since they may be up by then', () => {
    const decision = decideRollout(input([['a', 'b']], {}, { maxUnavailable: 1, unavailable: new Set(['a', 'b']) }));

    expect(decision).toMatchObject({ start: [], state: 'held', hold: { reason: 'MaxUnavailable' } });
  });

  it('starts nothing more once the failure budget is exceeded, and stops when nothing is in hand', () => {
    const batches = [['a'], ['b'], ['c']];

    expect(decideRollout(input(batches, { a: done('failed') }))).toMatchObject({ start: [], state: 'stopped' });
    expect(decideRollout(input(batches, { a: done('failed') }, { maxFailures: 1 }))).toMatchObject({ start: ['b'] });
  });

  it('stops after the first batch when a canary did not succeed, whatever the failure budget allows', () => {
    const batches = [['a'], ['b']];
    const canary = { maxFailures: 1, canary: true };

    const stopped = { start: [], state: 'stopped', hold: { reason: 'CanaryFailed' } };
    expect(decideRollout(input(batches, { a: done('failed') }, canary))).toMatchObject(stopped);
    expect(decideRollout(input(batches, { a: done('skipped') }, canary))).toMatchObject(stopped);
    expect(decideRollout(input(batches, { a: done('succeeded') }, canary))).toMatchObject({ start: ['b'] });
  });

  it('lets hosts in hand end before it stops', () => {
    expect(decideRollout(input([['a', 'b'], ['c']], { a: done('failed'), b: running }))).toMatchObject({
      start: [],
      state: 'running',
    });
  });

  it('does not count skipped hosts as failures', () => {
    expect(decideRollout(input([['a'], ['b']], { a: done('skipped') }))).toMatchObject({ start: ['b'] });
  });

  it('waits out minHealthyTime between batches and says how long', () => {
    const held = decideRollout(input([['a'], ['b']], { a: done('succeeded', 800) }, { minHealthyMs: 500 }));
    const later = decideRollout(
      input([['a'], ['b']], { a: done('succeeded', 800) }, { minHealthyMs: 500, nowMs: 1300 }),
    );

    expect(held).toMatchObject({ start: [], state: 'held', hold: { reason: 'MinHealthyTime', retryAfterMs: 300 } });
    expect(later.start).toEqual(['b']);
  });

  it('pauses after the batch that pauseAfter names, and goes on when it is raised', () => {
    const progress = { a: done('succeeded') };

    expect(decideRollout(input([['a'], ['b']], progress, { pauseAfter: 1 }))).toMatchObject({
      start: [],
      hold: { reason: 'PausedAfterBatch' },
    });
    expect(decideRollout(input([['a'], ['b']], progress, { pauseAfter: 2 })).start).toEqual(['b']);
  });

  it('leaves a host alone that another is changing, and starts the others', () => {
    const decision = decideRollout(
      input([['a', 'b']], {}, { claimedByOther: (host) => (host === 'a' ? 'Operation/x' : undefined) }),
    );

    expect(decision.start).toEqual(['b']);
  });

  it('is finished when every host has its outcome', () => {
    expect(decideRollout(input([['a'], ['b']], { a: done('succeeded'), b: done('skipped') }))).toMatchObject({
      state: 'finished',
      start: [],
    });
  });

  it('never has more than maxUnavailable down and never starts past the failure budget, for any fleet and any failures', () => {
    const scenario = fc.record({
      count: fc.integer({ min: 1, max: 30 }),
      batches: fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 1, maxLength: 3 }),
      maxUnavailable: fc.integer({ min: 1, max: 6 }),
      maxFailures: fc.nat(3),
      fates: fc.infiniteStream(fc.constantFrom('succeeded', 'succeeded', 'succeeded', 'failed', 'skipped')),
      picks: fc.infiniteStream(fc.nat(1000)),
    });

    fc.assert(
      fc.property(scenario, ({ count, batches, maxUnavailable, maxFailures, fates, picks }) => {
        const hosts = Array.from({ length: count }, (_, index) => `h${index}`);
        const planned = planBatches(hosts, batches);
        const progress: Record<string, HostProgress> = {};
        const down = new Set<string>();
        for (let turn = 0; turn < count * 3; turn += 1) {
          const decision = decideRollout(
            input(planned, progress, { maxUnavailable, maxFailures, unavailable: new Set(down) }),
          );
          const failures = Object.values(progress).filter((p) => p.state === 'done' && p.result === 'failed').length;
          if (decision.start.length > 0) expect(failures).toBeLessThanOrEqual(maxFailures);
          for (const host of decision.start) {
            expect(progress[host]).toBeUndefined();
            progress[host] = running;
            down.add(host);
          }
          expect(down.size).toBeLessThanOrEqual(maxUnavailable);
          const inHand = Object.keys(progress).filter((host) => progress[host]!.state === 'running');
          if (inHand.length === 0) break;
          const chosen = inHand[picks.next().value % inHand.length]!;
          const fate = fates.next().value;
          progress[chosen] = done(fate);
          if (fate !== 'failed') down.delete(chosen);
        }
      }),
    );
  });
});
