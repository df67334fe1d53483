import { describe, expect, it } from 'vitest';
import type { FleetInfo } from '../../../reconciler/view/fleet-view.ts';
import { assessHealth, type HealthInput } from '../../../reconciler/view/health.ts';
import { clusterStatus, conditionOf, hostStatus, operationStatus, revisionRecord } from '../../support/statuses.ts';

const NOW = Date.parse('2026-01-02T12:00:00.000Z');
const { branch, accepted, tip } = revisionRecord();
const INFO: FleetInfo = {
  from: 'status',
  asOf: '2026-01-02T11:30:00.000Z',
  fleet: 'prod',
  version: '0.1.0',
  revision: { branch, accepted, tip },
  heartbeat: '2026-01-02T11:30:00.000Z',
  heartbeatMs: 3_600_000,
  held: {},
};

function health(info: Partial<FleetInfo> = {}, input: Partial<HealthInput> = {}): ReturnType<typeof assessHealth> {
  const base = {
    objects: [clusterStatus('web', 1, 0), hostStatus('web-1')],
    diagnostics: { diagnostics: [], total: 0 },
  };
  return assessHealth({ ...base, nowMs: NOW, ...input, info: { ...INFO, ...info } });
}

describe('assessHealth', () => {
  it('finds nothing wrong with a fleet that is well', () => {
    expect(health()).toEqual({ healthy: true, reasons: [] });
    expect(health({}, { configTip: accepted })).toEqual({ healthy: true, reasons: [] });
  });

  it('forgives one heartbeat that is late, and not two', () => {
    expect(health({ heartbeat: '2026-01-02T10:00:00.000Z' }).healthy).toBe(true);
    expect(health({ heartbeat: '2026-01-02T09:59:59.000Z' }).reasons).toEqual([
      'The heartbeat is overdue: the last was 2h 1s ago, one is due every 1h.',
    ]);
    expect(health({ heartbeat: undefined }).reasons).toEqual(['The daemon has never shown that it lives.']);
  });

  it('says that no daemon holds the fleet, where the store knows', () => {
    expect(health({ from: 'store', holder: null, heartbeatMs: undefined }).reasons).toEqual([
      'No daemon holds the fleet.',
    ]);
    expect(health({ from: 'store', holder: 'daemon-1', heartbeatMs: undefined }).healthy).toBe(true);
  });

  it('says what keeps a daemon that runs, or a store, from answering, and misses neither where there is none', () => {
    const away = { from: 'socket', why: 'Its store has not answered since noon.', code: 'STORE_UNAVAILABLE' } as const;
    const store = { from: 'store', why: 'The store could not be read.', code: 'STORE_UNAVAILABLE' } as const;
    const none = { from: 'socket', why: 'No daemon answers.', code: 'DAEMON_UNREACHABLE' } as const;
    const elsewhere = { from: 'store', why: 'There is no store.', code: 'STORE_MISSING' } as const;

    expect(health({}, { tried: [away, store] })).toEqual({ healthy: false, reasons: [away.why] });
    expect(health({}, { tried: [none, store] }).reasons).toEqual([store.why]);
    expect(health({}, { tried: [none, elsewhere] }).healthy).toBe(true);
    expect(health({ from: 'store', heartbeatMs: undefined }, { tried: [away] }).healthy).toBe(true);
  });

  it('says that the tip could not be looked at, beside all else', () => {
    const { healthy, reasons } = health({}, { tipTrouble: 'the remote is away.' });

    expect(healthy).toBe(false);
    expect(reasons).toEqual([`The tip of ${branch} cannot be looked at: the remote is away.`]);
  });

  it('says that the tip of the configuration is not processed', () => {
    const other = 'ab'.repeat(20);

    const expected = [`The tip abababababab of main is not processed; ${accepted.slice(0, 12)} is in effect.`];
    expect(health({ revision: { branch, accepted, tip: other } }).reasons).toEqual(expected);
    expect(health({}, { configTip: other }).reasons).toEqual(expected);
    expect(health({ revision: undefined }).reasons).toEqual([
      'No revision of the configuration has been accepted yet.',
    ]);
  });

  it('says why a tip is refused and what is held', () => {
    const refused = { code: 'NON_FAST_FORWARD', message: 'The branch was rewritten.' };
    const revision = { branch, accepted, tip: 'cd'.repeat(20), refused };

    expect(health({ revision, held: { web: 'ab'.repeat(20), '*': 'ef'.repeat(20) } }).reasons).toEqual([
      'The tip cdcdcdcdcdcd of main is refused: The branch was rewritten.',
      'Everything is held at efefefefefef by errors in the configuration.',
      'Cluster web is held at abababababab by errors in the configuration.',
    ]);
  });

  it('counts errors of the configuration, also those that are not listed, and lets warnings be', () => {
    const finding = (severity: 'error' | 'warning') => ({
      severity,
      code: 'x',
      message: 'x',
      file: 'a',
      line: 1,
      column: 1,
    });

    expect(health({}, { diagnostics: { diagnostics: [finding('warning')], total: 1 } }).healthy).toBe(true);
    expect(health({}, { diagnostics: { diagnostics: [finding('error')], total: 1 } }).reasons).toEqual([
      'The configuration has 1 error.',
    ]);
    expect(health({}, { diagnostics: { diagnostics: [finding('warning')], total: 5 } }).reasons).toEqual([
      'The configuration has 4 errors.',
    ]);
  });

  it('names what is not well, the first ten of many', () => {
    const objects = Array.from({ length: 12 }, (_, index) => hostStatus(`web-${index}`, 'failed'));

    const { reasons } = health({}, { objects });

    expect(reasons[0]).toBe('Host/web-0 is failed: no answer within 10s (ConnectTimeout)');
    expect(reasons).toHaveLength(11);
    expect(reasons[10]).toBe('and 2 more objects that are not well.');
  });

  it('lets be what somebody wants so: maintenance, a cancelled operation, one whose document is gone', () => {
    const maintained = hostStatus('web-1', 'failed');
    maintained.detail.maintenance = true;
    const gone = operationStatus('old', 'Failed', 1, 2);
    gone.detail.removed = true;

    const objects = [
      maintained,
      gone,
      operationStatus('stopped', 'Cancelled', 1, 2),
      operationStatus('now', 'Running', 1, 2),
    ];

    expect(health({}, { objects }).healthy).toBe(true);
  });

  it('counts a failed operation, a degraded cluster and a stalled object of any kind', () => {
    const stalled = {
      key: 'Network/x' as const,
      status: 'accepted',
      detail: {},
      conditions: [conditionOf('Stalled', 'True', 'No', 'no')],
    };
    const bare = { key: 'Host/x' as const, status: 'failed', detail: {}, conditions: [] };

    const { reasons } = health(
      {},
      { objects: [operationStatus('o', 'Failed', 1, 2), clusterStatus('web', 3, 1), stalled, bare] },
    );

    expect(reasons).toEqual([
      'Operation/o is Failed: 1 succeeded (Failed)',
      'Cluster/web is degraded: some hosts are not active (HostsUnavailable)',
      'Network/x is accepted: no (No)',
      'Host/x is failed: the status is failed (failed)',
    ]);
  });
});
