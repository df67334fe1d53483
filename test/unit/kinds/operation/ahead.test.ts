import { describe, expect, it } from 'vitest';
import type { KindDeps } from '../../../../reconciler/kinds/context.ts';
import { operationController } from '../../../../reconciler/kinds/operation/controller.ts';
import type { OperationRecord } from '../../../../reconciler/kinds/operation/record.ts';
import type { Json } from '../../../../reconciler/model/json.ts';
import type { Inventory, Resource, ResourceKey } from '../../../../reconciler/model/resource.ts';
import { keys } from '../../../../reconciler/store/keys.ts';
import type { OperationSpec } from '../../../../schema/generated/types.ts';
import { ManualClock } from '../../../support/manual-clock.ts';
import { MemoryLive } from '../../../support/memory-live.ts';

const onWeb: OperationSpec = { type: 'restart', target: { cluster: 'web' } };
const never = new AbortController().signal;

/** A cluster of two hosts, a host without cluster, and operations, looked at one by one. */
class Fleet {
  readonly live = new MemoryLive();
  readonly operations = new Map<string, OperationSpec>();
  readonly lastSeen = new Map(['web-1', 'web-2', 'lone'].map((name) => [name, 1]));
  readonly #deps: KindDeps;
  readonly #stored: Promise<unknown>;

  constructor() {
    const hosts = new Map([
      ['web-1', { address: 'a', cluster: 'web' }],
      ['web-2', { address: 'b', cluster: 'web' }],
      ['lone', { address: 'c', cluster: undefined }],
    ]);
    const specOf = (key: string): unknown => {
      const [kind, name] = key.split('/') as [string, string];
      return kind === 'Host' ? hosts.get(name) : kind === 'Operation' ? this.operations.get(name) : undefined;
    };
    const inventory = {
      get: (key: string) => (specOf(key) ? { spec: specOf(key), metadata: { name: key }, digest: 'd' } : undefined),
      keys: (kind: string) =>
        [...(kind === 'Host' ? hosts.keys() : kind === 'Operation' ? this.operations.keys() : [])].map(
          (name) => `${kind}/${name}`,
        ),
      dependents: () => ['Host/web-1', 'Host/web-2'],
    } as unknown as Inventory;
    this.#deps = {
      live: this.live,
      inventory: () => inventory,
      inFlight: () => new Set(),
      halt: () => undefined,
      clockDoubt: () => undefined,
      clock: new ManualClock(),
      lastSeen: this.lastSeen,
      sight: { vanish: undefined },
    } as unknown as KindDeps;
    const active = { status: 'active', conditions: [] };
    this.#stored = this.live.commit([
      ...[...hosts.keys()].map((name) => ({ put: keys.object(`Host/${name}`), value: active })),
      { put: keys.revision, value: { sequence: 5 } },
    ]);
  }

  /** Looks at one operation and keeps its record. Answers with it, and why it is held. */
  async look(name: string): Promise<{ record: OperationRecord; reason?: string }> {
    await this.#stored;
    const key: ResourceKey<'Operation'> = `Operation/${name}`;
    const spec = this.operations.get(name);
    const resource = spec ? ({ spec, metadata: { name }, digest: 'd' } as Resource<'Operation'>) : undefined;
    const observed = await operationController.observe(key, resource, this.#deps, never);
    const revision = { branch: 'main', commit: 'c5', sequence: 5 };
    const context = { nowMs: 0, revision, changedIn: () => undefined, holder: 't' };
    const plan = operationController.plan(resource, observed, context);
    const { record, status } = operationController.assess(resource, observed, plan, context);
    if (record) await this.live.commit([{ put: keys.record(key), value: record }]);
    const ready = status?.conditions.find((condition) => condition.type === 'Ready');
    return { record: record as unknown as OperationRecord, reason: ready?.reason };
  }

  async keep(name: string, changes: Partial<OperationRecord>): Promise<void> {
    const key = keys.record(`Operation/${name}`);
    const record = { ...(this.live.get(key) as object), ...changes };
    await this.live.commit([{ put: key, value: record as unknown as Json }]);
  }
}

describe('operations on the same hosts', () => {
  it('wait for one that has begun, although its document has left the repository meanwhile', async () => {
    const fleet = new Fleet();
    fleet.operations.set('first', onWeb);
    await fleet.look('first');
    fleet.operations.delete('first');
    fleet.operations.set('second', onWeb);

    expect(await fleet.look('second')).toMatchObject({ record: { phase: 'Pending' }, reason: 'Queued' });
  });

  it('wait for the one that began meanwhile when a retry is asked for', async () => {
    const fleet = new Fleet();
    fleet.operations.set('first', onWeb);
    await fleet.look('first');
    await fleet.keep('first', { phase: 'Failed', finishedAt: 'then' });
    fleet.operations.set('second', onWeb);
    await fleet.look('second');
    fleet.operations.set('first', { ...onWeb, retry: 1 });

    const waiting = await fleet.look('first');
    await fleet.keep('second', { phase: 'Succeeded' });
    const going = await fleet.look('first');

    expect(waiting).toMatchObject({ record: { phase: 'Pending', round: 1 }, reason: 'Queued' });
    expect(going.record).toMatchObject({ phase: 'Running', round: 1 });
  });

  it('take up the queue in order again when the suspend of the first is taken away', async () => {
    const fleet = new Fleet();
    fleet.operations.set('first', { ...onWeb, suspend: true });
    await fleet.look('first');
    fleet.operations.set('first', onWeb);
    fleet.operations.set('second', onWeb);

    const second = await fleet.look('second');
    const first = await fleet.look('first');

    expect(second).toMatchObject({ record: { phase: 'Pending' }, reason: 'Queued' });
    expect(first.record.phase).toBe('Running');
  });

  it('wait for each other on a host that belongs to no cluster', async () => {
    const fleet = new Fleet();
    const onLone: OperationSpec = { type: 'restart', target: { hosts: ['lone'] } };
    fleet.operations.set('first', onLone);
    fleet.operations.set('second', onLone);
    await fleet.look('first');

    expect(await fleet.look('second')).toMatchObject({ reason: 'Queued' });
  });

  it('do not wait for one whose record was rebuilt and that nobody has let go on', async () => {
    const fleet = new Fleet();
    fleet.operations.set('second', onWeb);
    fleet.operations.set('first', onWeb);
    await fleet.keep('first', { ...(await fleet.look('first')).record, frozen: undefined, phase: 'Suspended' });
    await fleet.keep('first', { adopted: { at: 'then', suspend: null, retry: 0 } });

    expect((await fleet.look('second')).reason).not.toBe('Queued');
  });

  it('do not wait for one that is suspended and has not begun', async () => {
    const fleet = new Fleet();
    fleet.operations.set('first', { ...onWeb, suspend: true });
    await fleet.look('first');
    fleet.operations.set('second', onWeb);

    expect((await fleet.look('second')).record.phase).toBe('Running');
  });
});

describe('an operation that waits for its maintenance window', () => {
  it('keeps nobody waiting, and has its place back when the window opens', async () => {
    const fleet = new Fleet();
    const closed = { start: '0 3 * * *', duration: '1h' };
    fleet.operations.set('first', { ...onWeb, windows: [closed] });
    fleet.operations.set('second', { ...onWeb, suspend: true });
    await fleet.look('first');
    await fleet.look('second');

    fleet.operations.set('second', onWeb);
    fleet.operations.set('first', onWeb);
    const behind = await fleet.look('second');
    fleet.operations.set('first', { ...onWeb, windows: [closed] });

    expect(behind.reason).toBe('Queued');
    expect((await fleet.look('second')).record.phase).toBe('Running');
  });
});

describe('an operation that depends on another', () => {
  it('does not keep that one waiting, although it stands before it, and begins when that has succeeded', async () => {
    const fleet = new Fleet();
    fleet.operations.set('first', { ...onWeb, dependsOn: ['second'] });
    fleet.operations.set('second', onWeb);

    const waiting = await fleet.look('first');
    const parent = await fleet.look('second');
    await fleet.keep('second', { phase: 'Succeeded' });
    fleet.operations.delete('second');

    expect(waiting).toMatchObject({ record: { phase: 'Pending' }, reason: 'DependencyNotReady' });
    expect(parent.record.phase).toBe('Running');
    expect((await fleet.look('first')).record.phase).toBe('Running');
  });

  it.each(['Failed', 'Cancelled'] as const)(
    'is held while that one has %s, whether its document is there or not',
    async (phase) => {
      const fleet = new Fleet();
      fleet.operations.set('second', onWeb);
      await fleet.look('second');
      await fleet.keep('second', { phase });
      fleet.operations.set('first', { ...onWeb, dependsOn: ['second'] });

      const held = await fleet.look('first');
      fleet.operations.delete('second');

      expect(held).toMatchObject({ record: { phase: 'Pending' }, reason: 'DependencyFailed' });
      expect((await fleet.look('first')).reason).toBe('DependencyFailed');
    },
  );
});

describe('an operation counts a host as up', () => {
  it('only once it has been looked at since the daemon started, whatever its status says', async () => {
    const fleet = new Fleet();
    fleet.operations.set('first', onWeb);
    fleet.lastSeen.delete('web-2');

    const before = await fleet.look('first');
    fleet.lastSeen.set('web-2', 2);
    const after = await fleet.look('first');

    expect(before.reason).toBe('HostsNotCheckedYet');
    expect(after.reason).toBe('Progressing');
  });

  it('no more from the first check that it misses, although its status still says active', async () => {
    const fleet = new Fleet();
    fleet.operations.set('first', onWeb);
    const failure = { code: 'HOST_UNREACHABLE', message: 'no route' };
    await fleet.live.commit([{ put: keys.record('Host/web-2'), value: { format: 1, failure } }]);

    expect((await fleet.look('first')).reason).toBe('MaxUnavailable');
  });
});
