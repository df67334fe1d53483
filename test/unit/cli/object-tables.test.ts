import { describe, expect, it } from 'vitest';
import type { ObjectStatus } from '../../../reconciler/model/status.ts';
import { ago, columnsOf, messageOfStatus } from '../../../cli/output/object-tables.ts';
import { paintFor } from '../../../cli/output/paint.ts';
import { renderObject } from '../../../cli/output/render-object.ts';
import { renderTable } from '../../../cli/output/table.ts';

const NOW = Date.parse('2026-01-02T00:00:00Z');

const HOST: ObjectStatus = {
  key: 'Host/web-1',
  cluster: 'web',
  status: 'active',
  lastAppliedRevision: 'main@sha1:abc',
  lastAttemptedRevision: 'main@sha1:abc',
  conditions: [
    {
      type: 'Ready',
      status: 'True',
      reason: 'Reachable',
      message: 'the host answers',
      lastTransitionTime: '2026-01-01T23:00:00Z',
    },
  ],
  detail: { address: '10.0.0.1', facts: { os: 'debian', osVersion: '13', bootedAt: '2025-12-30T00:00:00Z' } },
};

const OPERATION: ObjectStatus = {
  key: 'Operation/restart-web',
  status: 'Running',
  conditions: [],
  detail: {
    type: 'restart',
    hosts: { total: 10, succeeded: 3, failed: 1, skipped: 0, running: 1, pending: 5 },
    batches: { total: 4, current: 2 },
  },
};

function table(statuses: ObjectStatus[], kind: string): string[] {
  return renderTable(statuses, columnsOf(kind, NOW), { paint: paintFor(false) }).split('\n');
}

describe('tables of objects', () => {
  it('show of a host where it is, what it is and how long it is up', () => {
    const [header, row] = table([HOST], 'Host');

    expect(header).toMatch(/^NAME +CLUSTER +STATUS +ADDRESS +OS +UP +MESSAGE$/);
    expect(row).toMatch(/^web-1 +web +active +10\.0\.0\.1 +debian 13 +3d +the host answers$/);
  });

  it('show of an operation how far it is', () => {
    const [, row] = table([OPERATION], 'Operation');

    expect(row).toMatch(/^restart-web +restart +Running +2\/4 +4\/10 +1 +-$/);
  });

  it('show any other kind with the common columns', () => {
    expect(table([{ ...HOST, key: 'Network/n' }], 'Network')[0]).toMatch(/^NAME +CLUSTER +STATUS +MESSAGE$/);
  });

  it('survive a detail that is not what they expect', () => {
    const odd: ObjectStatus = { ...HOST, detail: { address: ['x'], facts: 'none' } };

    expect(table([odd], 'Host')[1]).toMatch(/^web-1 +web +active +- +- +- /);
  });
});

describe('messageOfStatus', () => {
  it('prefers why an object is stalled', () => {
    const stalled: ObjectStatus = {
      ...HOST,
      conditions: [
        ...HOST.conditions,
        { type: 'Stalled', status: 'True', reason: 'HostKeyChanged', message: 'another key', lastTransitionTime: '' },
      ],
    };

    expect(messageOfStatus(stalled)).toBe('another key');
  });
});

describe('ago', () => {
  it('is empty for what is no time, and never negative', () => {
    expect(ago('yesterday', NOW)).toBe('');
    expect(ago('2026-01-02T01:00:00Z', NOW)).toBe('0ms');
  });
});

describe('renderObject', () => {
  it('shows the word, the revision, the conditions and the rest', () => {
    const screen = { interactive: false, color: false, width: undefined, paint: paintFor(false) };

    const text = renderObject(HOST, screen, NOW);

    expect(text).toContain('Host/web-1\nStatus:    active\nCluster:   web\nApplied:   main@sha1:abc\n\n');
    expect(text).toMatch(/Ready +True +1h +Reachable +the host answers/);
    expect(text).toContain('address: 10.0.0.1');
    expect(text).not.toContain('Attempted');
  });
});
