import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OperationSpec } from '../../../../schema/generated/types.ts';
import {
  bindApproval,
  heedApproval,
  needsApproval,
  observeApproval,
  type ApprovalObserved,
} from '../../../../reconciler/kinds/operation/approval.ts';
import type { ApprovalQuery, KindDeps } from '../../../../reconciler/kinds/context.ts';
import type { OperationRecord } from '../../../../reconciler/kinds/operation/record.ts';
import { rebuildOperation } from '../../../../reconciler/kinds/operation/rebuild.ts';
import type { FrozenNeighbour } from '../../../../reconciler/kinds/operation/neighbours/neighbour.ts';
import { reviewOperation } from '../../../../reconciler/kinds/operation/review.ts';
import type { Inventory, Resource } from '../../../../reconciler/model/resource.ts';
import type { Evidence, MadeCommit } from '../../../../reconciler/rollout/approval.ts';
import { OperationWorld } from '../../../support/operation-world.ts';

const SPEC: OperationSpec = { type: 'run', target: { cluster: 'web' }, script: 'true' };
const HOSTS = ['web-1', 'web-2', 'web-3'];

const person = (name: string): MadeCommit['author'] => ({ name, email: `${name}@example.org` });
const by = (commit: string, name: string): MadeCommit => ({ commit, author: person(name), committer: person(name) });
const found = (approver: string): Evidence => ({
  state: 'found',
  approvals: [by('c2', approver)],
  changes: [by('c1', 'alice')],
});

function binding(spec: OperationSpec = SPEC, hosts: readonly string[] = HOSTS): ReturnType<typeof bindApproval> {
  return bindApproval('op', spec, spec.rollout ?? {}, hosts);
}

/** A world in which the operation needs an approval, and what is observed of it can be set. */
class ApprovalWorld extends OperationWorld {
  approval: Partial<ApprovalObserved> = {};

  override observed(): ReturnType<OperationWorld['observed']> {
    const observed = super.observed();
    const state = { binding: binding(this.spec, [...this.hosts.keys()]), at: 'c9', ...this.approval };
    return { ...observed, ...(this.record?.frozen ? {} : { approval: state }) };
  }
}

describe('the digest of an approval', () => {
  it.each<[string, Partial<OperationSpec>]>([
    ['suspend', { suspend: true }],
    ['retry', { retry: 3 }],
    ['the description', { description: 'x' }],
    ['the approval itself', { approval: { required: true, digest: 'a'.repeat(64) } }],
  ])('does not change with %s', (_, change) => {
    expect(binding({ ...SPEC, ...change } as OperationSpec).digest).toBe(binding().digest);
  });

  it.each<[string, OperationSpec, readonly string[]]>([
    ['the script', { ...SPEC, script: 'false' }, HOSTS],
    ['a host', SPEC, [...HOSTS, 'web-4']],
    ['the batches', { ...SPEC, rollout: { batches: 2 } }, HOSTS],
    ['the failure budget', { ...SPEC, rollout: { maxFailures: 9 } }, HOSTS],
    ['a timeout', { ...SPEC, timeout: '1h' }, HOSTS],
  ])('changes with %s', (_, spec, hosts) => {
    expect(binding(spec, hosts).digest).not.toBe(binding().digest);
  });

  it('changes with the name, and with the defaults of the cluster', () => {
    expect(bindApproval('other', SPEC, {}, HOSTS).digest).not.toBe(binding().digest);
    expect(bindApproval('op', SPEC, { batches: 2 }, HOSTS).digest).not.toBe(binding().digest);
  });

  it('changes with what is done around each host, and only where something is', () => {
    const hook = { type: 'command-hook', name: 'hook pool of cluster web', settings: { host: 'lb-1' } };
    const other = { ...hook, settings: { host: 'lb-2' } };
    const digest = (neighbours: FrozenNeighbour[]): string =>
      bindApproval('op', SPEC, SPEC.rollout ?? {}, HOSTS, neighbours).digest;

    expect(digest([])).toBe(binding().digest);
    expect(new Set([digest([]), digest([hook]), digest([other]), digest([hook, other])]).size).toBe(4);
  });

  it('is equal only for equal hosts in equal batches', () => {
    const hosts = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { minLength: 1 });
    const size = fc.integer({ min: 1, max: 4 });
    fc.assert(
      fc.property(hosts, size, hosts, size, (one, oneSize, other, otherSize) => {
        const first = bindApproval('op', SPEC, { batches: oneSize }, one);
        const second = bindApproval('op', SPEC, { batches: otherSize }, other);

        const same = oneSize === otherSize && JSON.stringify(one) === JSON.stringify(other);
        expect(first.digest === second.digest).toBe(same);
      }),
    );
  });
});

describe('an approval is needed', () => {
  it('where the operation or one of its clusters says so, and the operation cannot overrule its cluster', () => {
    expect(needsApproval(SPEC, [{}])).toBe(false);
    expect(needsApproval({ ...SPEC, approval: { required: true } }, [{}])).toBe(true);
    expect(needsApproval({ ...SPEC, approval: { required: false } }, [{}, { approval: { required: true } }])).toBe(
      true,
    );
  });
});

describe('an operation that needs an approval', () => {
  it('does not begin without one, and says what to write', () => {
    const world = new ApprovalWorld(SPEC, HOSTS);

    const considered = world.look()!;

    expect(considered.steps).toEqual([]);
    expect(considered.decision?.hold).toMatchObject({
      reason: 'ApprovalRequired',
      message: expect.stringContaining(binding().digest),
    });
    expect(considered.record).toMatchObject({ phase: 'Pending', approval: { waits: true } });
  });

  it('begins with that of somebody else, remembers who it was, and is not asked again', () => {
    const world = new ApprovalWorld(SPEC, HOSTS);
    world.approval = { given: binding().digest, evidence: found('bob') };

    const record = world.play();

    expect(record.phase).toBe('Succeeded');
    expect(record.approval).toMatchObject({
      given: { commit: 'c2', who: 'bob <bob@example.org>', change: { commit: 'c1' }, digest: binding().digest },
    });
    expect(record.approval?.waits).toBeUndefined();
  });

  it.each<[string, Partial<ApprovalObserved>]>([
    ['its own author', { given: binding().digest, evidence: found('alice') }],
    ['nobody known yet', { given: binding().digest, evidence: { state: 'searching' } }],
    ['nobody that can be told', { given: binding().digest, evidence: { state: 'unknown', why: 'git is away' } }],
    ['another digest', { given: 'e'.repeat(64), evidence: found('bob') }],
    [
      'a digest of other batches',
      { given: binding({ ...SPEC, rollout: { batches: 3 } }).digest, evidence: found('bob') },
    ],
  ])('does not begin when it is approved by %s', (_, approval) => {
    const world = new ApprovalWorld(SPEC, HOSTS);
    world.approval = approval;

    const record = world.play();

    expect(record).toMatchObject({ phase: 'Pending', approval: { waits: true } });
    expect(world.acted.size).toBe(0);
  });

  it('says which hosts were added or went since it was approved', () => {
    const world = new ApprovalWorld(SPEC, HOSTS);
    world.look();
    world.approval = { given: binding().digest };
    world.hosts.delete('web-1');
    world.hosts.set('web-9', world.hosts.get('web-2')!);

    const hold = world.look()!.decision?.hold;

    expect(hold?.message).toContain('is void, it now selects web-9 too, it no longer selects web-1');
  });

  it('says that the document or its batches were changed since', () => {
    const world = new ApprovalWorld(SPEC, HOSTS);
    world.look();
    world.approval = { given: binding().digest };
    world.spec = { ...SPEC, script: 'false' };

    expect(world.look()!.decision?.hold?.message).toContain('is void, the document was changed');
  });

  it('does not take back an approval that was withdrawn in between', () => {
    const world = new ApprovalWorld(SPEC, HOSTS);
    world.spec = { ...SPEC, suspend: true };
    world.approval = { given: binding().digest, evidence: found('bob') };
    expect(world.look()!.record.approval?.given?.who).toContain('bob');

    world.approval = {};
    world.look();
    world.approval = { given: binding().digest, evidence: { state: 'unknown', why: 'x' } };

    expect(world.look()!.record.approval).toMatchObject({ waits: true });
    expect(world.record!.approval?.given).toBeUndefined();
  });
});

describe('what is read of an approval', () => {
  const resource = { origin: { oid: 'b1', file: 'ops/op.yaml', line: 1 } } as Resource<'Operation'>;
  const asked: ApprovalQuery[] = [];

  function observe(
    spec: OperationSpec,
    {
      record,
      evidence,
      oid = 'b1',
      signers,
    }: { record?: Partial<OperationRecord>; evidence?: Evidence; oid?: string; signers?: string },
  ): ApprovalObserved | undefined {
    asked.splice(0);
    const inventory = { commit: 'c9', get: () => ({ ...resource, origin: { ...resource.origin, oid } }) };
    const deps = {
      inventory: () => inventory as unknown as Inventory,
      approvals: (query: ApprovalQuery) => (asked.push(query), evidence ?? { state: 'searching' }),
      ...(signers === undefined ? {} : { signers: () => signers }),
    } as unknown as KindDeps;
    const seen = { merged: {}, hosts: HOSTS, clusterSpecs: new Map([['web', { approval: { required: true } }]]) };
    return observeApproval('Operation/op', spec, seen, record as OperationRecord, deps);
  }

  const approved = { ...SPEC, approval: { digest: binding().digest } };
  const given = { digest: binding().digest, commit: 'c2', who: 'bob', change: { commit: 'c1', who: 'alice' } };

  it('is asked of the history only for the digest of what would be done', () => {
    expect(observe(SPEC, {})).toMatchObject({ at: 'c9' });
    expect(asked).toEqual([]);

    expect(observe(approved, {})?.evidence).toEqual({ state: 'searching' });
    expect(asked).toMatchObject([{ file: 'ops/op.yaml', commit: 'c9', digest: binding().digest }]);
  });

  it('holds as the record says at the same commit, and is looked up again at another', () => {
    expect(observe(approved, { record: { approval: { shown: [], given: { ...given, at: 'c9' } } } })?.evidence).toBe(
      undefined,
    );
    expect(asked).toEqual([]);

    observe(approved, { record: { approval: { shown: [], given: { ...given, at: 'c8' } } } });
    expect(asked).toHaveLength(1);
  });

  it('holds as the record says when the history is lost', () => {
    const record = { approval: { shown: [], given: { ...given, at: 'c8' } } };

    const observed = observe(approved, { record, evidence: { state: 'unknown', why: 'x' } });

    expect(observed?.evidence).toBeUndefined();
    expect(heedApproval(record as unknown as OperationRecord, observed).hold).toBeUndefined();
  });

  it.each([
    ['names', undefined, 'v1'],
    ['other signers', 'v1', 'v2'],
    ['signers that are no longer asked', 'v1', undefined],
  ])('does not hold as the record says when it was found with %s', (_, then, now) => {
    const known = { ...given, at: 'c9', ...(then === undefined ? {} : { signers: then }) };
    const record = { approval: { shown: [], given: known } };
    const who = now === undefined ? {} : { signers: now };

    const observed = observe(approved, { record, evidence: { state: 'unknown', why: 'x' }, ...who });

    expect(asked).toHaveLength(1);
    expect(heedApproval(record as unknown as OperationRecord, observed).hold?.message).toContain(
      'cannot be told yet: x',
    );
  });

  it('is remembered with the signers with which it was found', () => {
    const record = { name: 'op', phase: 'Pending' } as unknown as OperationRecord;
    const observed = observe(approved, { evidence: found('bob'), signers: 'v1' });

    const heeded = heedApproval(record, observed).record;
    const later = observe(approved, { record: heeded, signers: 'v1' });

    expect(heeded.approval?.given).toMatchObject({ signers: 'v1', at: 'c9' });
    expect(later?.evidence).toBeUndefined();
  });

  it('is nothing for an operation that no document holds', () => {
    expect(observe(SPEC, { oid: '' })).toBeUndefined();
  });

  it('comes back from the status branch when the store was lost', () => {
    const status = {
      key: 'Operation/op' as const,
      status: 'Pending',
      conditions: [],
      detail: { approval: { ...given, digest: binding().digest } },
    };
    const selection = { hosts: HOSTS, clusters: ['web'], rollout: {}, scope: 3 };
    const remains = {
      name: 'op',
      status,
      spec: approved,
      wished: approved,
      selection,
      commit: 'c9',
      sightings: new Map(),
    };

    const { record } = rebuildOperation(remains, '2026-01-01T00:00:00Z');

    expect(record).toMatchObject({ phase: 'Suspended', approval: { given: { who: 'bob', commit: 'c2' } } });
  });
});

describe('the plan of an operation that needs an approval', () => {
  it('shows the digest that the daemon waits for', () => {
    const spec: OperationSpec = { ...SPEC, target: { hosts: HOSTS }, approval: { required: true } };
    const operation = { metadata: { name: 'op' }, spec, origin: { oid: 'b' } };
    const cluster = { spec: {} };
    const host = { spec: { cluster: 'web' } };
    const inventory = {
      get: (key: string) => (key.startsWith('Host/') ? host : key.startsWith('Cluster/') ? cluster : undefined),
      keys: () => [],
      dependents: () => HOSTS.map((name) => `Host/${name}`),
    } as unknown as Inventory;

    const review = reviewOperation(operation as unknown as Resource<'Operation'>, inventory, () => undefined, 0);

    const { digest } = binding(spec);
    expect(review.approval).toEqual({ digest });
    expect(review.warnings).toContainEqual(expect.stringContaining(`set spec.approval.digest to ${digest}`));
  });
});
