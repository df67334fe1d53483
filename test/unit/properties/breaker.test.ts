import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OperationSpec } from '../../../schema/generated/types.ts';
import { resolveQuantity } from '../../../reconciler/rollout/quantity.ts';
import type { Step } from '../../../reconciler/model/plan.ts';
import { OperationWorld } from '../../support/operation-world.ts';

/** For a long run: INTENDANT_PROPERTY_RUNS=20000 npx vitest run --project unit test/unit/properties/breaker */
const RUNS = Number(process.env.INTENDANT_PROPERTY_RUNS ?? 60);

const names = Array.from({ length: 6 }, (_, index) => `web-${index + 1}`);
const hostOf = fc.constantFrom(...names);
const move = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('fail' as const), host: hostOf }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('recover' as const), host: hostOf }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('maintain' as const), host: hostOf }) },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('end' as const), host: hostOf, well: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'crash' as const }) },
);

/** Every disruptive step that is begun on a host which this round has not disturbed before, with the hosts unhealthy then. */
class Watched extends OperationWorld {
  readonly tooMany: string[] = [];

  override begin(step: Step): void {
    const host = step.target.slice('Host/'.length);
    const disturbed = (this.journal.get(host) ?? []).some(
      (entry) => entry.round === step.round && entry.step.disruptive,
    );
    const allowed = resolveQuantity(this.clusterSpec.maxUnhealthy!, this.counted.length);
    if (step.disruptive && !disturbed && this.unhealthy.length > allowed) {
      this.tooMany.push(`${step.id} on ${host} with ${this.unhealthy.join(', ')} unhealthy`);
    }
    super.begin(step);
  }

  get counted(): string[] {
    return names.filter((name) => this.hosts.get(name)!.maintenance === undefined);
  }

  get unhealthy(): string[] {
    return this.counted.filter((name) => this.hosts.get(name)!.failed);
  }
}

describe('a circuit breaker', () => {
  it(
    'lets no disruptive step begin beyond its bound, and the operation still comes to its end once hosts are well',
    () => {
      fc.assert(
        fc.property(
          fc.constantFrom<number | string>(1, 2, '20%', '50%'),
          fc.constantFrom<OperationSpec['type']>('restart', 'run'),
          fc.array(move, { minLength: 10, maxLength: 80, size: 'max' }),
          (maxUnhealthy, type, moves) => {
            const spec = {
              type,
              target: { cluster: 'web' },
              script: 'true',
              rollout: { batches: 3, maxUnavailable: 6, maxFailures: 6 },
            };
            const world = new Watched(spec as OperationSpec, names);
            world.clusterSpec = { maxUnhealthy };

            for (const each of moves) {
              if (each.kind === 'crash') world.crash();
              else {
                const host = world.hosts.get(each.host)!;
                if (each.kind === 'fail') Object.assign(host, { failed: true, active: false });
                if (each.kind === 'recover')
                  Object.assign(host, { failed: false, active: true, maintenance: undefined });
                if (each.kind === 'maintain') host.maintenance = { who: 'me', why: 'disk' };
                if (each.kind === 'end' && world.inFlight.has(each.host))
                  world.end(each.host, each.well > 0 ? 'succeeded' : 'failed');
              }
              world.nowMs += 1000;
              world.look();
            }
            for (const host of world.hosts.values()) {
              Object.assign(host, {
                failed: false,
                active: true,
                maintenance: undefined,
                lastSeen: world.nowMs + 1000,
              });
            }
            world.nowMs += 2000;
            const record = world.play();

            expect(world.tooMany).toEqual([]);
            expect(['Succeeded', 'Failed']).toContain(record.phase);
          },
        ),
        { numRuns: RUNS },
      );
    },
    RUNS * 500 + 30_000,
  );

  it('holds a host in hand that was not disturbed yet, and brings one to its end that was', () => {
    const world = new Watched({ type: 'restart', target: { cluster: 'web' }, rollout: { batches: 2 } }, names);
    world.clusterSpec = { maxUnhealthy: 1 };
    world.look();
    world.end('web-1');
    world.look();
    for (const name of ['web-5', 'web-6']) Object.assign(world.hosts.get(name)!, { failed: true, active: false });
    world.end('web-2');

    const held = world.look()!;
    world.end('web-1');
    const going = world.look()!;
    world.end('web-1');
    world.look();
    const standing = world.look()!;

    expect(held.decision?.hold?.reason).toBe('TooManyUnhealthy');
    expect(held.steps).toEqual([]);
    expect(going.steps.map(({ target, action }) => `${target} ${action}`)).toEqual(['Host/web-1 prove']);
    expect(standing).toMatchObject({ steps: [], standing: true, record: { phase: 'Running' } });
    expect([...world.acted.keys()]).toEqual(['web-1']);
  });
});
