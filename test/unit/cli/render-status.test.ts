import { describe, expect, it } from 'vitest';
import type { ObjectStatus } from '../../../reconciler/model/status.ts';
import type { FleetInfo } from '../../../reconciler/view/fleet-view.ts';
import { paintFor } from '../../../cli/output/paint.ts';
import { renderStatus } from '../../../cli/output/render-status.ts';
import { summarizeFleet } from '../../../cli/summarize-fleet.ts';

const NOW = Date.parse('2026-01-02T00:00:00Z');
const SCREEN = { interactive: false, color: false, width: 100, paint: paintFor(false) };

const INFO: FleetInfo = {
  from: 'socket',
  asOf: '2026-01-02T00:00:00Z',
  fleet: 'prod',
  version: '0.1.0',
  revision: { branch: 'main', accepted: 'a'.repeat(40), tip: 'a'.repeat(40) },
  held: {},
};

function object(key: ObjectStatus['key'], status: string, ready: 'True' | 'False' | 'Unknown'): ObjectStatus {
  const condition = { type: 'Ready' as const, status: ready, reason: 'Because', message: `${key} says so` };
  return { key, cluster: 'web', status, conditions: [{ ...condition, lastTransitionTime: '' }], detail: {} };
}

const OBJECTS = [
  object('Cluster/a', 'ok', 'True'),
  object('Cluster/b', 'failed', 'False'),
  object('Cluster/c', 'degraded', 'False'),
  object('Host/h-1', 'active', 'True'),
  object('Host/h-2', 'failed', 'False'),
  object('Operation/o-1', 'Running', 'Unknown'),
  object('Operation/o-2', 'Failed', 'False'),
  object('Operation/o-3', 'Succeeded', 'True'),
];

describe('summarizeFleet', () => {
  it('puts the worst first, and what is finished and well nowhere', () => {
    const lists = summarizeFleet(OBJECTS);

    expect(lists.clusters.map(({ key }) => key)).toEqual(['Cluster/b', 'Cluster/c', 'Cluster/a']);
    expect(lists.unwell.map(({ key }) => key)).toEqual(['Host/h-2', 'Operation/o-2']);
    expect(lists.operations.map(({ key }) => key)).toEqual(['Operation/o-1']);
    expect(lists.counts['Host']).toEqual({ active: 1, failed: 1 });
  });
});

describe('renderStatus', () => {
  it('shows the hosts that differ from what they should have, though they are well otherwise', () => {
    const drifted = object('Host/h-3', 'active', 'True');
    const [ready] = drifted.conditions;
    drifted.conditions.push({ ...ready!, type: 'Drifted', message: 'file /etc/motd: replace (content)' });
    const health = { healthy: true, reasons: [] };

    const text = renderStatus({ info: INFO, health, lists: summarizeFleet([...OBJECTS, drifted]) }, SCREEN, NOW);

    expect(text.toLowerCase()).toMatch(/drifted +cluster +what differs/);
    expect(text).toMatch(/h-3 +web +file \/etc\/motd: replace \(content\)/);
  });

  it('begins with the verdict and why', () => {
    const health = { healthy: false, reasons: ['Host/h-2 is failed: no answer (Unreachable)'] };

    const text = renderStatus({ info: INFO, health, lists: summarizeFleet(OBJECTS) }, SCREEN, NOW);

    expect(text.split('\n').slice(0, 4)).toEqual([
      'Fleet prod is not healthy, at main@aaaaaaaaaaaa',
      '2 hosts: 1 active, 1 failed',
      '',
      '  • Host/h-2 is failed: no answer (Unreachable)',
    ]);
  });

  it('says no more than that all is well when it is', () => {
    const well = OBJECTS.filter(({ conditions }) => conditions[0]!.status === 'True');

    const text = renderStatus(
      { info: INFO, health: { healthy: true, reasons: [] }, lists: summarizeFleet(well) },
      SCREEN,
      NOW,
    );

    expect(text).toMatch(/^Fleet prod is healthy, at main@aaaaaaaaaaaa\n1 host: 1 active\n\nNAME/);
    expect(text).not.toMatch(/NOT WELL|OPERATION/);
  });

  it('fits on a screen however much is wrong', () => {
    const many = Array.from({ length: 500 }, (_, index) => object(`Host/h-${index}`, 'failed', 'False'));

    const text = renderStatus(
      { info: INFO, health: { healthy: true, reasons: [] }, lists: summarizeFleet(many) },
      SCREEN,
      NOW,
    );

    expect(text.split('\n').length).toBeLessThan(24);
    expect(text).toContain('and 490 more objects that are not well');
  });
});
