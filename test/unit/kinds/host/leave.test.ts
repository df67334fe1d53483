import { describe, expect, it } from 'vitest';
import { assessDeparture, assessLeaving, type Leaving } from '../../../../reconciler/kinds/host/leave.ts';
import type { HostObserved } from '../../../../reconciler/kinds/host/observe.ts';
import type { HostRecord } from '../../../../reconciler/kinds/host/record.ts';
import { leavingRecord, type LeavingRecord } from '../../../../reconciler/kinds/leaving.ts';
import type { Assessment } from '../../../../reconciler/model/controller.ts';
import type { ObjectStatus } from '../../../../reconciler/model/status.ts';

const NOW = Date.parse('2026-11-22T00:00:00Z');
const context = {
  nowMs: NOW,
  revision: { branch: 'main', commit: 'c0ffee', sequence: 3 },
  changedIn: () => undefined,
  holder: 't',
};
const left = { kind: 'file', name: '/etc/motd', action: 'remove', leaving: true } as const;
const leave = { address: '10.0.0.1', port: 22, user: 'root', onRemove: 'clean' } as const;
const record: HostRecord = {
  format: 1,
  address: '10.0.0.1',
  port: 22,
  misses: 0,
  profile: { profile: 'none', wanted: 'none', changes: [left], total: 1, removals: 1 },
  leave,
};
const status: ObjectStatus = { key: 'Host/web-1', cluster: 'web', status: 'active', conditions: [], detail: {} };
const gone = (over: Partial<HostObserved>): HostObserved =>
  ({ key: 'Host/web-1', previous: status, record, ...over }) as HostObserved;

describe('a host that leaves the repository', () => {
  it('is forgotten at once where it is to be left as it is', () => {
    const { leave: _leave, ...plain } = record;

    expect(assessDeparture(gone({ record: plain }), context)).toMatchObject({ status: undefined, record: null });
  });

  it('is forgotten at once where nothing was ever brought to it', () => {
    const { profile: _profile, ...bare } = record;

    expect(assessDeparture(gone({ record: bare }), context)).toMatchObject({ status: undefined, record: null });
  });

  it('stays until it is cleaned, reachable as it was', () => {
    const { leaving, record: kept } = assessDeparture(gone({}), context);

    expect(leaving).toMatchObject({ spec: leave, cluster: 'web', commit: 'c0ffee', tries: 0 });
    expect(kept).toBeUndefined();
  });
});

describe('a host that is to be cleaned', () => {
  const base: Leaving = {
    record: leavingRecord({ spec: leave, cluster: 'web', since: '2026-11-22T00:00:00Z', commit: 'c0ffee' }),
    isTaken: false,
  };
  const assessed = { status, record: record as never, outcome: { result: 'steady' } } satisfies Assessment;
  const look = (over: Partial<Leaving>, state = record, nowMs = NOW): Assessment =>
    assessLeaving(assessed, state, { ...base, ...over }, true, { ...context, nowMs });
  const kept = (assessment: Assessment): LeavingRecord => assessment.leaving as unknown as LeavingRecord;

  it('gets an operation that removes what was brought', () => {
    const first = look({});

    expect(first.operations).toMatchObject([
      { name: 'clean-web-1-1', spec: { type: 'apply', target: { hosts: ['web-1'] } } },
    ]);
    expect(kept(first).tries).toBe(1);
    expect(first.status).toMatchObject({ status: 'leaving', cluster: 'web' });
  });

  it('waits for that operation', () => {
    expect(look({ record: { ...base.record, tries: 1 }, phase: 'Running' }).operations).toEqual([]);
  });

  it('is a debt that is seen, and tried again with a growing pause, when it cannot be reached', () => {
    const failed = { record: { ...base.record, tries: 2 }, phase: 'Failed' as const, failure: 'no route' };

    const now = look(failed);
    const later = look({ ...failed, record: kept(now) }, record, NOW + 120_000);

    expect(now.status!.conditions[0]!.message).toBe(
      'it has left the repository with onRemove: clean, and could not be cleaned: no route',
    );
    expect(kept(now).notBefore).toBe('2026-11-22T00:02:00.000Z');
    expect(later.operations).toMatchObject([{ name: 'clean-web-1-2' }, { name: 'clean-web-1-3' }]);
  });

  it('waits for a confirmation when too many leave at once', () => {
    const held = look({ held: 'write confirmPrune: c0ffee into the Fleet' });

    expect(held.operations).toEqual([]);
    expect(held.status!.conditions.find(({ type }) => type === 'Stalled')!.message).toContain('confirmPrune: c0ffee');
  });

  it('is forgotten once nothing of ours is left, and not before it was looked at', () => {
    const clean: HostRecord = { ...record, profile: { ...record.profile!, changes: [], total: 0, removals: 0 } };

    expect(look({ record: { ...base.record, tries: 1 } }, clean)).toMatchObject({ status: undefined, leaving: null });
    expect(assessLeaving(assessed, clean, base, false, context).status).toBeDefined();
  });
});
