import { describe, expect, it } from 'vitest';
import type { ApplyOperation } from '../../../../schema/generated/types.ts';
import type { ClusterRecord } from '../../../../reconciler/kinds/cluster/apply-record.ts';
import {
  canaryFirst,
  decideApply,
  type ApplyDecision,
  type ApplyInput,
  type ApplyMember,
  type StartedOperation,
} from '../../../../reconciler/kinds/cluster/decide-apply.ts';
import type { ProfileWord } from '../../../../reconciler/kinds/host/profile-state.ts';

const START = Date.parse('2026-11-22T00:00:00Z');

/** One cluster over several looks: each keeps what the one before wrote. */
class Cluster {
  profile = 'aaaa0001';
  selfHeal = false;
  members: ApplyMember[] = [];
  record: ClusterRecord | undefined;
  readonly started = new Map<string, StartedOperation>();
  readonly taken = new Set<string>();
  pruneLimit = 1;
  confirmed: string | undefined;
  commit = 'c0ffee00000000000000';
  nowMs = START;
  rollout: ApplyInput['rollout'];

  hosts(words: Record<string, ProfileWord>, removals = 0): void {
    this.members = Object.entries(words).map(([name, word]) => ({ name, word, usable: true, removals }));
  }

  look(): ApplyDecision {
    const decision = decideApply({
      cluster: 'web',
      profile: this.profile,
      selfHeal: this.selfHeal,
      members: this.members,
      record: this.record,
      started: (name) => this.started.get(name) ?? { outcomes: {} },
      isTaken: (name) => this.taken.has(name),
      rollout: this.rollout,
      pruneLimit: this.pruneLimit,
      confirmed: this.confirmed,
      commit: this.commit,
      nowMs: this.nowMs,
    });
    this.record = decision.record;
    return decision;
  }

  /** Names of the operations that this look starts, and their hosts. */
  starts(): Record<string, string[]> {
    const begun = this.look().operations.filter(({ spec }) => spec !== undefined);
    return Object.fromEntries(
      begun.map(({ name, spec }) => [name, (spec as unknown as ApplyOperation).target.hosts ?? []]),
    );
  }

  end(name: string, phase: 'Succeeded' | 'Failed', outcomes: StartedOperation['outcomes'] = {}): void {
    this.started.set(name, { phase, outcomes });
  }
}

const broken = { 'web-1': { result: 'failed', reason: 'ApplyFailed', message: 'file /etc/x: exit code 1' } };

describe('decideApply', () => {
  it('starts one operation for all hosts that have joined, a canary first', () => {
    const cluster = new Cluster();
    cluster.hosts({ 'web-1': 'fresh', 'web-2': 'fresh', 'web-3': 'even' });

    const { operations } = cluster.look();

    expect(operations).toEqual([
      {
        name: 'web-bootstrap-1',
        spec: {
          type: 'apply',
          description: 'hosts that have joined: web-1, web-2',
          target: { hosts: ['web-1', 'web-2'] },
          rollout: { batches: [1], canary: true },
          profile: 'aaaa0001',
        },
      },
    ]);
    expect(cluster.starts()).toEqual({});
  });

  it('waits until every host that answers has been compared, so that one canary stands for all', () => {
    const cluster = new Cluster();
    cluster.hosts({ 'web-1': 'behind', 'web-2': 'unknown' });

    const first = cluster.look();

    expect(first.operations).toEqual([]);
    expect(first.recheckAfterMs).toBe(2000);
    cluster.hosts({ 'web-1': 'behind', 'web-2': 'behind' });
    expect(cluster.starts()).toEqual({ 'web-profile-1': ['web-1', 'web-2'] });
  });

  it('does not wait for a host that does not answer', () => {
    const cluster = new Cluster();
    cluster.hosts({ 'web-1': 'behind', 'web-2': 'unknown' });
    cluster.members[1]!.usable = false;

    expect(cluster.starts()).toEqual({ 'web-profile-1': ['web-1'] });
  });

  it('heals drift only where the profile says so', () => {
    const cluster = new Cluster();
    cluster.hosts({ 'web-1': 'drifted' });

    expect(cluster.starts()).toEqual({});
    cluster.selfHeal = true;
    expect(cluster.starts()).toEqual({ 'web-heal-1': ['web-1'] });
  });

  it('tries what has failed again after a pause that doubles, the host that failed first', () => {
    const cluster = new Cluster();
    cluster.hosts({ 'web-0': 'behind', 'web-1': 'behind' });
    cluster.look();
    cluster.end('web-profile-1', 'Failed', broken);

    const after = cluster.look();

    expect(after.operations).toEqual([{ name: 'web-profile-1', spec: undefined }]);
    expect(after.recheckAfterMs).toBe(60_000);
    expect(after.record.failed).toEqual({
      'web-1': { operation: 'web-profile-1', reason: 'ApplyFailed', message: 'file /etc/x: exit code 1' },
    });
    cluster.nowMs += 60_000;
    expect(cluster.starts()).toEqual({ 'web-profile-2': ['web-1', 'web-0'] });
    cluster.end('web-profile-2', 'Failed', broken);
    expect(cluster.look().recheckAfterMs).toBe(120_000);
  });

  it('keeps the pause while hosts are compared anew after a failure', () => {
    const cluster = new Cluster();
    cluster.hosts({ 'web-1': 'behind' });
    cluster.look();
    cluster.end('web-profile-1', 'Failed', broken);
    cluster.hosts({ 'web-1': 'unknown' });
    cluster.look();
    cluster.hosts({ 'web-1': 'behind' });

    expect(cluster.starts()).toEqual({});
    expect(cluster.record!.groups.profile).toMatchObject({ failures: 1 });
  });

  it('ends what is in hand when the profile becomes another one, and begins anew without a pause', () => {
    const cluster = new Cluster();
    cluster.hosts({ 'web-1': 'behind' });
    cluster.look();
    cluster.profile = 'bbbb0002';

    const { operations } = cluster.look();

    expect(operations[0]).toEqual({ name: 'web-profile-1', spec: undefined });
    expect(operations[1]).toMatchObject({ name: 'web-profile-2', spec: { profile: 'bbbb0002' } });
  });

  it('forgets why a host failed once it has all of it', () => {
    const cluster = new Cluster();
    cluster.hosts({ 'web-1': 'fresh' });
    cluster.look();
    cluster.end('web-bootstrap-1', 'Failed', broken);
    cluster.look();
    cluster.hosts({ 'web-1': 'even' });

    expect(cluster.look().record.failed).toEqual({});
  });

  it('holds removals from more hosts than the guard allows until the revision is confirmed', () => {
    const cluster = new Cluster();
    cluster.hosts({ 'web-1': 'behind', 'web-2': 'behind' }, 1);

    const held = cluster.look();

    expect(held.operations).toEqual([]);
    expect(held.held).toMatchObject({ reason: 'PruneNotConfirmed' });
    expect(held.held!.message).toContain('confirmPrune: c0ffee000000');
    cluster.commit = 'd1ffe00000000000000';
    cluster.confirmed = 'd1ffe00';
    expect(cluster.starts()).toEqual({});
    cluster.confirmed = 'c0ffee0';
    expect(cluster.starts()).toEqual({ 'web-profile-1': ['web-1', 'web-2'] });
  });

  it('says of all the hosts that would lose something, also of those that are found later', () => {
    const cluster = new Cluster();
    cluster.hosts({ 'web-1': 'behind', 'web-2': 'behind', 'web-3': 'unknown' }, 1);
    cluster.members[2]!.removals = 0;
    const first = cluster.look();
    cluster.hosts({ 'web-1': 'behind', 'web-2': 'behind', 'web-3': 'behind' }, 1);
    cluster.commit = 'd1ffe00000000000000';

    const later = cluster.look();

    expect(first.held!.message).toContain('2 hosts would lose');
    expect(later.held!.message).toContain('3 hosts would lose');
    expect(later.held!.message).toContain('confirmPrune: c0ffee000000');
  });

  it('goes on with hosts that lose nothing while the others wait for a confirmation', () => {
    const cluster = new Cluster();
    cluster.hosts({ 'web-1': 'behind', 'web-2': 'behind', 'web-3': 'behind' }, 1);
    cluster.members[2]!.removals = 0;

    expect(cluster.starts()).toEqual({ 'web-profile-1': ['web-3'] });
  });

  it('does not ask again for what was confirmed while it is carried out', () => {
    const cluster = new Cluster();
    cluster.hosts({ 'web-1': 'behind', 'web-2': 'behind' }, 1);
    cluster.look();
    cluster.hosts({ 'web-1': 'behind', 'web-2': 'even' }, 1);
    cluster.members[1]!.removals = 0;

    expect(cluster.look().held).toMatchObject({ reason: 'PruneNotConfirmed' });
  });

  it('never gives a name that was used before', () => {
    const cluster = new Cluster();
    cluster.taken.add('web-bootstrap-1');
    cluster.hosts({ 'web-1': 'fresh' });

    expect(cluster.starts()).toEqual({ 'web-bootstrap-2': ['web-1'] });
  });
});

describe('canaryFirst', () => {
  it.each([
    [undefined, [1]],
    [1, [1]],
    ['25%', [1, '25%']],
    [
      [5, '50%'],
      [1, 5, '50%'],
    ],
    [
      [1, '25%'],
      [1, '25%'],
    ],
  ] as const)('%j becomes %j', (batches, expected) => {
    expect(canaryFirst(batches === undefined || typeof batches !== 'object' ? batches : [...batches])).toEqual(
      expected,
    );
  });
});
