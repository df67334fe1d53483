import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { latestVerdict } from '../../../../reconciler/kinds/operation/consider.ts';
import type { OperationSpec } from '../../../../schema/generated/types.ts';
import { OperationWorld } from '../../../support/operation-world.ts';

const hosts = ['web-1', 'web-2', 'web-3'];
const restart = (over: Partial<OperationSpec> = {}): OperationSpec =>
  ({ type: 'restart', target: { cluster: 'web' }, ...over }) as OperationSpec;

describe('consider', () => {
  it('freezes spec, hosts and batches when it begins', () => {
    const world = new OperationWorld(restart({ rollout: { batches: 2 } }), hosts);

    world.look();

    expect(world.record).toMatchObject({
      phase: 'Running',
      batches: [['web-1', 'web-2'], ['web-3']],
      frozen: { hosts, clusters: ['web'], rollout: { maxUnavailable: 2, maxFailures: 0 } },
    });
  });

  it('succeeds when every host has, and acts on each once', () => {
    const world = new OperationWorld(restart(), hosts);

    expect(world.play().phase).toBe('Succeeded');
    expect([...world.acted.values()]).toEqual([1, 1, 1]);
  });

  it('begins nothing while suspended and goes on afterwards', () => {
    const world = new OperationWorld(restart({ suspend: true }), hosts);

    const held = world.play();
    const begun = world.journal.size;
    world.spec = restart();

    expect(held.phase).toBe('Suspended');
    expect(begun).toBe(0);
    expect(world.play().phase).toBe('Succeeded');
  });

  it('lets the host in hand finish when it is suspended half-way, and begins no other', () => {
    const world = new OperationWorld(restart(), hosts);
    world.look();
    world.spec = restart({ suspend: true });

    const record = world.play();

    expect(record.phase).toBe('Suspended');
    expect([...world.acted.keys()]).toEqual(['web-1']);
    expect(world.hosts.get('web-1')!.claim).toBeUndefined();
  });

  it('is cancelled by its removal from the repository, after the host in hand was put back', () => {
    const world = new OperationWorld(restart(), hosts);
    world.look();
    world.end('web-1');
    world.look();
    world.spec = undefined;

    const record = world.play();

    expect(record).toMatchObject({ phase: 'Cancelled', cancelled: true });
    expect([...world.acted.keys()]).toEqual(['web-1']);
    expect(latestVerdict('web-1', world.observed())?.result).toBe('succeeded');
  });

  it('stays cancelled when the cancel is taken back', () => {
    const world = new OperationWorld(restart({ cancel: true }), hosts);
    world.play();
    world.spec = restart();

    expect(world.play().phase).toBe('Cancelled');
    expect(world.acted.size).toBe(0);
  });

  it('stops after the first failure by default and leaves the rest untouched', () => {
    const world = new OperationWorld(restart(), hosts);

    const record = world.play((host, action) => (host === 'web-1' && action === 'prove' ? 'failed' : 'succeeded'));

    expect(record.phase).toBe('Failed');
    expect([...world.acted.keys()]).toEqual(['web-1']);
  });

  it('runs again on what failed or was not reached when retry is raised, and on nothing that succeeded', () => {
    const world = new OperationWorld(restart(), hosts);
    world.play((host, action) => (host === 'web-2' && action === 'prove' ? 'failed' : 'succeeded'));
    world.spec = restart({ retry: 1 });

    const record = world.play();

    expect(record.phase).toBe('Succeeded');
    expect(Object.fromEntries(world.acted)).toEqual({ 'web-1': 1, 'web-2': 2, 'web-3': 1 });
  });

  it('skips hosts in maintenance without touching them', () => {
    const world = new OperationWorld(restart(), hosts);
    world.hosts.get('web-2')!.maintenance = { who: 'ops', why: 'disk' };

    expect(world.play().phase).toBe('Succeeded');
    expect([...world.acted.keys()]).toEqual(['web-1', 'web-3']);
    expect(latestVerdict('web-2', world.observed())?.reason).toBe('InMaintenance');
  });

  it('fails when nothing could be done at all', () => {
    const world = new OperationWorld(restart(), hosts);

    expect(world.play((_host, action) => (action === 'connect' ? 'failed' : 'succeeded')).phase).toBe('Failed');
  });

  it('waits for the operation that came first on the same cluster', () => {
    const world = new OperationWorld(restart(), hosts);
    world.ahead = ['earlier'];

    const record = world.play();

    expect(record.phase).toBe('Pending');
    expect(world.journal.size).toBe(0);
  });

  it('carries out what began when the document is changed afterwards, and says so', () => {
    const world = new OperationWorld(restart(), hosts);
    world.look();
    world.spec = { type: 'run', target: { cluster: 'web' }, script: 'true' };

    const considered = world.look()!;

    expect(considered.changedAfterBegin).toBe(true);
    expect(considered.record.frozen!.spec.type).toBe('restart');
  });

  it('does not begin the next host while a failed one has not been seen again', () => {
    const world = new OperationWorld(restart({ rollout: { batches: 1, maxFailures: 1 } }), hosts);

    world.play((host, action) => (host === 'web-1' && action === 'prove' ? 'failed' : 'succeeded'));
    const before = [...world.acted.keys()];
    world.nowMs += 1000;
    world.hosts.get('web-1')!.lastSeen = world.nowMs;
    const record = world.play();

    expect(before).toEqual(['web-1']);
    expect([...world.acted.keys()]).toEqual(hosts);
    expect(record.phase).toBe('Succeeded');
  });

  it('tells later looks too in which batch it stopped, and why', () => {
    const world = new OperationWorld(restart(), hosts);
    world.play((_host, action) => (action === 'prove' ? 'failed' : 'succeeded'));

    const { decision } = world.look()!;

    expect(world.record!.phase).toBe('Failed');
    expect(decision).toMatchObject({ state: 'stopped', batch: 1, hold: { reason: 'FailureBudgetSpent' } });
  });

  it('disturbs no host any more that was begun and not yet touched when the failure budget is spent', () => {
    const world = new OperationWorld(
      restart({ rollout: { batches: 3 }, checks: { before: [{ command: ['true'] }] } }),
      hosts,
    );
    world.look();
    for (const host of hosts) world.end(host);
    world.look();
    world.end('web-1', 'failed');
    world.look();
    world.end('web-2');
    world.end('web-3');

    const record = world.play();

    expect(record.phase).toBe('Failed');
    expect([...world.acted.keys()]).toEqual([]);
    expect(latestVerdict('web-2', world.observed())).toMatchObject({ result: 'skipped', reason: 'FailureBudgetSpent' });
  });

  it('takes up a retry that was asked for while it still ran', () => {
    const world = new OperationWorld(restart(), hosts);
    world.look();
    world.spec = restart({ retry: 1 });
    let ended = world.look()!;

    while (ended.record.phase === 'Running') {
      for (const [host, { action }] of [...world.inFlight])
        world.end(host, action === 'prove' ? 'failed' : 'succeeded');
      ended = world.look()!;
    }
    const taken = world.look()!;

    expect(ended).toMatchObject({ record: { phase: 'Failed', round: 0 }, retryDue: true });
    expect(taken).toMatchObject({ record: { phase: 'Running', round: 1 }, retryDue: false });
  });

  it('retries first a host whose check failed afterwards, and counts it as down until then', () => {
    const rollout = { batches: 1, maxUnavailable: 1 };
    const world = new OperationWorld(restart({ rollout, checks: { after: [{ command: ['true'] }] } }), hosts);
    world.play((host, action) => (action === (host === 'web-1' ? 'connect' : 'checkAfter') ? 'failed' : 'succeeded'));
    world.spec = restart({ rollout, checks: { after: [{ command: ['true'] }] }, retry: 1 });

    const first = world.look()!.steps.map((step) => step.target);
    const record = world.play();

    expect(first).toEqual(['Host/web-2']);
    expect(record.phase).toBe('Succeeded');
    expect(Object.fromEntries(world.acted)).toEqual({ 'web-1': 1, 'web-2': 2, 'web-3': 1 });
  });

  it('pauses after the batch that its cluster names when it names none itself', () => {
    const world = new OperationWorld(restart(), hosts);
    world.clusterRollout = { pauseAfter: 1 };

    const paused = world.play();
    const acted = [...world.acted.keys()];
    world.spec = restart({ rollout: { pauseAfter: 3 } });

    expect(paused.phase).toBe('Suspended');
    expect(acted).toEqual(['web-1']);
    expect(world.play().phase).toBe('Succeeded');
  });

  it('holds while a host has not been looked at since the start, and says so instead of calling it down', () => {
    const world = new OperationWorld(restart({ rollout: { batches: 1 } }), hosts);
    Object.assign(world.hosts.get('web-3')!, { active: false, unchecked: true });

    const begun = world.look();
    Object.assign(world.hosts.get('web-3')!, { active: true, unchecked: false });

    expect(begun?.steps).toEqual([]);
    expect(begun?.decision?.hold?.reason).toBe('HostsNotCheckedYet');
    expect(world.look()?.steps.map(({ target }) => target)).toEqual(['Host/web-1']);
  });

  it('looks again by itself for a failed host that answers, and waits to be told of one that is down', () => {
    const world = new OperationWorld(restart({ rollout: { batches: 1, maxFailures: 1 } }), hosts);
    world.play((host, action) => (host === 'web-1' && action === 'prove' ? 'failed' : 'succeeded'));

    const answering = world.look()?.decision?.hold;
    world.hosts.get('web-1')!.active = false;
    const down = world.look()?.decision?.hold;

    expect(answering).toMatchObject({ reason: 'MaxUnavailable', retryAfterMs: 2000 });
    expect(down).toMatchObject({ reason: 'MaxUnavailable' });
    expect(down?.retryAfterMs).toBeUndefined();
  });

  it('acts on each host at most once, within bounds and whatever fails, across crashes at any moment', () => {
    const scenario = fc.record({
      count: fc.integer({ min: 1, max: 12 }),
      batches: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 3 }),
      maxUnavailable: fc.integer({ min: 1, max: 4 }),
      maxFailures: fc.nat(2),
      moves: fc.array(
        fc.tuple(fc.constantFrom('end', 'end', 'end', 'fail', 'crash', 'outage', 'recover'), fc.nat(50)),
        { maxLength: 250 },
      ),
    });

    fc.assert(
      fc.property(scenario, ({ count, batches, maxUnavailable, maxFailures, moves }) => {
        const names = Array.from({ length: count }, (_, index) => `h${index}`);
        const world = new OperationWorld(restart({ rollout: { batches, maxUnavailable, maxFailures } }), names);
        const limit = Math.min(maxUnavailable, count);
        for (const [move, pick] of moves) {
          const claimed = new Set(world.down.filter((name) => world.hosts.get(name)!.claim));
          const downBefore = new Set(world.down);
          world.look();
          const fresh = world.down.filter((name) => !downBefore.has(name) && !claimed.has(name));
          if (fresh.length > 0) expect(world.down.length).toBeLessThanOrEqual(limit);
          const inHand = [...world.inFlight.keys()];
          const host = inHand.length > 0 ? inHand[pick % inHand.length]! : undefined;
          if (move === 'end' && host) world.end(host);
          if (move === 'fail' && host) world.end(host, 'failed');
          if (move === 'crash') world.crash();
          if (move === 'outage') world.hosts.get(names[pick % count]!)!.active = false;
          if (move === 'recover') world.hosts.get(names[pick % count]!)!.active = true;
          world.nowMs += 10;
        }
        for (const host of world.hosts.values()) host.active = true;
        const record = world.play();

        expect(Math.max(0, ...world.acted.values())).toBeLessThanOrEqual(1);
        expect(['Succeeded', 'Failed', 'Running']).toContain(record.phase);
        const verdicts = names.map(
          (name) => world.journal.get(name)?.filter((entry) => entry.step.verdict).length ?? 0,
        );
        expect(Math.max(...verdicts)).toBeLessThanOrEqual(1);
      }),
      { numRuns: 200 },
    );
  });
});
