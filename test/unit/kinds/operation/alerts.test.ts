import { describe, expect, it } from 'vitest';
import { readAlerts } from '../../../../reconciler/kinds/operation/alerts.ts';
import type { AlertVerdict } from '../../../../reconciler/rollout/alerts.ts';
import type { OperationSpec } from '../../../../schema/generated/types.ts';
import { OperationWorld } from '../../../support/operation-world.ts';

describe('an operation under an alert gate', () => {
  const told = (world: OperationWorld, verdict: AlertVerdict): void => {
    world.more = { alerts: [{ owner: 'the fleet', answer: { at: world.nowMs, verdict } }] };
  };

  it('finishes the host in hand when an alert begins to fire, begins no other, and goes on when it is over', () => {
    const spec = { type: 'restart', target: { cluster: 'web' } } as OperationSpec;
    const world = new OperationWorld(spec, ['web-1', 'web-2']);
    told(world, { state: 'clear' });
    world.look();
    told(world, { state: 'firing', alerts: ['DiskFull'] });

    world.play();
    const held = world.look()!;
    const acted = [...world.acted.keys()];
    told(world, { state: 'clear' });

    expect(acted).toEqual(['web-1']);
    expect(held.decision?.hold).toMatchObject({ reason: 'AlertsFiring', retryAfterMs: 5000 });
    expect(held.record.phase).toBe('Running');
    expect(world.play().phase).toBe('Succeeded');
  });

  it('reads the gate of the fleet and those of its clusters', () => {
    const gate = (query: string) => ({ url: 'http://p', query });
    const asked: string[] = [];

    const readings = readAlerts(
      gate('fleet'),
      new Map([
        ['web', { alertGate: gate('web') }],
        ['db', {}],
      ]),
      {
        alerts: ({ query }) => {
          asked.push(query);
          return undefined;
        },
      },
    );

    expect(readings.map(({ owner }) => owner)).toEqual(['the fleet', 'cluster web']);
    expect(asked).toEqual(['fleet', 'web']);
  });
});
