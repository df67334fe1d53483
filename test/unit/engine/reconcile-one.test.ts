import { describe, expect, it } from 'vitest';
import { Executor } from '../../../reconciler/engine/executor.ts';
import { WorkQueue } from '../../../reconciler/engine/queue.ts';
import { ReconcileOne } from '../../../reconciler/engine/reconcile-one.ts';
import type { AnyController, KindDeps } from '../../../reconciler/kinds/context.ts';
import type { Assessment, Outcome } from '../../../reconciler/model/controller.ts';
import { Transient } from '../../../reconciler/model/errors.ts';
import { EMPTY_PLAN, type Step } from '../../../reconciler/model/plan.ts';
import type { ResourceKey } from '../../../reconciler/model/resource.ts';
import type { ObjectStatus } from '../../../reconciler/model/status.ts';
import { keys } from '../../../reconciler/store/keys.ts';
import { CountingMeter } from '../../support/counting-meter.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { MemoryLive } from '../../support/memory-live.ts';
import { silentLog } from '../../support/silent-log.ts';

const key: ResourceKey = 'Host/a';
const never = new AbortController().signal;
const status = (word: string): ObjectStatus => ({ key, status: word, conditions: [], detail: {} });

function rig(look: () => Partial<Assessment> & { steps?: Step[]; throws?: Error }) {
  const live = new MemoryLive();
  const clock = new ManualClock();
  const queue = new WorkQueue(clock);
  const begun: { step: string; recordThen: unknown }[] = [];
  const controller = {
    kind: 'Host',
    async observe() {
      const error = look().throws;
      if (error) throw error;
      return {};
    },
    plan: () => ({ ...EMPTY_PLAN, steps: look().steps ?? [] }),
    assess: () => ({ status: undefined, outcome: { result: 'steady' } as Outcome, ...look() }),
    async apply(step: Step) {
      begun.push({ step: step.id, recordThen: live.get(keys.record(key)) });
      return { result: 'succeeded' as const, reason: 'r', message: 'm' };
    },
    affects: () => ['Cluster/web'] as ResourceKey[],
  } as unknown as AnyController;
  const deps = { inventory: () => ({ get: () => undefined }) } as unknown as KindDeps;
  const meter = new CountingMeter();
  const executor = new Executor({ live, deps, clock, log: silentLog, holder: 't', requeue: () => undefined });
  const one = new ReconcileOne({
    controllerOf: (kind) => (kind === 'Host' ? controller : undefined),
    deps,
    live,
    queue,
    executor,
    clock,
    random: () => 0.5,
    log: silentLog,
    meter,
    context: () => ({
      nowMs: 0,
      revision: { branch: 'main', commit: 'c', sequence: 1 },
      changedIn: () => undefined,
      holder: 't',
    }),
    onSettled: () => undefined,
  });
  return { live, clock, queue, begun, executor, one, meter };
}

describe('ReconcileOne', () => {
  const intent = [keys.journal('a', 'b', '000-000-x'), keys.claim('b')];
  it.each([
    ['together with a new status, without waiting for it', {}, [[keys.object(key)], intent]],
    ['not before the record that they rest on stands', { record: 1 }, [[keys.object(key), keys.record(key)]]],
  ])('hands in the intents of the steps %s', async (_when, more, expected) => {
    const step = { id: 's', action: 'x', target: 'Host/b', round: 0, ordinal: 0, parameters: {} } as unknown as Step;
    const { live, one, executor } = rig(() => ({ status: status('active'), ...more, steps: [step] }));
    const issued: string[][] = [];
    let acknowledge = (): void => undefined;
    const acknowledged = new Promise<void>((resolve) => (acknowledge = resolve));
    const commit = live.commit.bind(live);
    live.commit = async (writes, expectations) => {
      issued.push(writes.map((write) => ('put' in write ? write.put : write.delete)));
      await acknowledged;
      return commit(writes, expectations);
    };

    const looking = one.reconcile(key, never);
    await new Promise((resolve) => setImmediate(resolve));
    const before = [...issued];
    acknowledge();
    await looking;
    await executor.settled();

    expect(before).toEqual(expected);
    expect(issued.at(1)).toEqual(intent);
  });

  it('has failed where its status could not be written', async () => {
    const { live, one } = rig(() => ({ status: status('active') }));
    live.failWith = new Transient('away', { code: 'STORE_AWAY' });

    await one.reconcile(key, never);

    expect(one.outcomes.get(key)).toMatchObject({ result: 'failed', error: { code: 'STORE_AWAY' } });
  });

  it('writes status and record in one transaction, and neither again when nothing differs', async () => {
    const { live, one } = rig(() => ({ status: status('active'), record: { a: 1 } }));

    await one.reconcile(key, never);
    await one.reconcile(key, never);

    expect(live.commits).toHaveLength(1);
    expect(live.get(keys.record(key))).toEqual({ a: 1 });
  });

  it('has the record in the store before a step begins', async () => {
    const step = { id: 's', action: 'x', target: 'Host/b', round: 0, ordinal: 0, parameters: {} } as unknown as Step;
    const { one, begun, executor } = rig(() => ({ status: status('active'), record: { begun: true }, steps: [step] }));

    await one.reconcile(key, never);
    await executor.settled();

    expect(begun).toEqual([{ step: 's', recordThen: { begun: true } }]);
  });

  it('begins no step once it was told to stop, though it had decided already', async () => {
    const stop = new AbortController();
    const step = { id: 's', action: 'x', target: 'Host/b', round: 0, ordinal: 0, parameters: {} } as unknown as Step;
    let looks = 0;
    const { one, begun, executor } = rig(() => {
      looks += 1;
      // Observed, planned, and now assessed.
      if (looks === 3) stop.abort();
      return { status: status('active'), steps: [step] };
    });

    await one.reconcile(key, stop.signal, never);
    await executor.settled();

    expect([looks, begun]).toEqual([3, []]);
  });

  it('brings those that the change concerns into the queue, and only when the word has changed', async () => {
    let word = 'active';
    const { one, queue } = rig(() => ({ status: status(word) }));

    await one.reconcile(key, never);
    const first = await queue.take(never);
    queue.done(first);
    await one.reconcile(key, never);
    const idle = queue.idle;
    word = 'failed';
    await one.reconcile(key, never);

    expect(first).toBe('Cluster/web');
    expect(idle).toBe(true);
    expect(await queue.take(never)).toBe('Cluster/web');
  });

  it('removes status and record of an object that is gone', async () => {
    let gone = false;
    const { one, live } = rig(() =>
      gone ? { status: undefined, record: null } : { status: status('active'), record: { a: 1 } },
    );
    await one.reconcile(key, never);
    gone = true;

    await one.reconcile(key, never);

    expect([live.get(keys.object(key)), live.get(keys.record(key))]).toEqual([undefined, undefined]);
  });

  it('backs off after an error, longer each time, and forgets it after a success', async () => {
    let throws: Error | undefined = new Transient('away', { code: 'STORE_UNAVAILABLE' });
    const { one, queue, clock } = rig(() => ({ throws, status: status('active') }));

    await one.reconcile(key, never);
    await clock.advance(700);
    const early = queue.idle;
    await clock.advance(100);
    const due = await queue.take(never);
    throws = undefined;
    await one.reconcile(key, never);

    expect(early).toBe(true);
    expect(due).toBe(key);
    expect(one.outcomes.get(key)).toEqual({ result: 'steady' });
  });

  it('loses nothing when the write fails: the same is written at the next look', async () => {
    const { one, live } = rig(() => ({ status: status('active') }));
    live.failWith = new Transient('etcd is away', { code: 'STORE_UNAVAILABLE' });
    await one.reconcile(key, never);
    live.failWith = undefined;

    await one.reconcile(key, never);

    expect(live.get(keys.object(key))).toMatchObject({ status: 'active' });
  });

  it('keeps nothing of an object that is gone', async () => {
    let gone = false;
    const { one } = rig(() => (gone ? { status: undefined, record: null } : { status: status('active') }));
    await one.reconcile(key, never);
    gone = true;

    await one.reconcile(key, never);

    expect(one.outcomes.size).toBe(0);
  });

  it('measures each look by how it ended, and none that was given up', async () => {
    const trouble: { throws?: Error } = {};
    const stop = new AbortController();
    const { one, meter } = rig(() => ({ ...trouble, status: status('active') }));

    await one.reconcile(key, never);
    trouble.throws = new Transient('away', { code: 'STORE_UNAVAILABLE' });
    await one.reconcile(key, never);
    await one.reconcile('Unknown/x', never);
    stop.abort();
    await one.reconcile(key, stop.signal);

    expect(Object.fromEntries(meter.counts)).toEqual({
      'reconcileDuration kind=Host outcome=steady': 1,
      'reconcileDuration kind=Host outcome=failed': 1,
      'reconcileDuration kind=Unknown outcome=stalled': 1,
    });
  });
});
