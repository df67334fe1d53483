import { describe, expect, it } from 'vitest';
import type { Executor } from '../../../reconciler/engine/executor.ts';
import { WorkQueue } from '../../../reconciler/engine/queue.ts';
import { ReconcileOne } from '../../../reconciler/engine/reconcile-one.ts';
import type { AnyController, KindContext, KindDeps } from '../../../reconciler/kinds/context.ts';
import { operationController } from '../../../reconciler/kinds/operation/controller.ts';
import { EMPTY_PLAN } from '../../../reconciler/model/plan.ts';
import type { ResourceKey } from '../../../reconciler/model/resource.ts';
import { keys } from '../../../reconciler/store/keys.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { MemoryLive } from '../../support/memory-live.ts';
import { silentLog } from '../../support/silent-log.ts';

const never = new AbortController().signal;

/** Looks at keys of one kind; each look counts the objects that were written before it. */
function rig(inTurn: boolean, failing?: ResourceKey) {
  const live = new MemoryLive();
  const clock = new ManualClock();
  const seen: number[] = [];
  const controller = {
    kind: 'Thing',
    inTurn,
    async observe(key: ResourceKey) {
      if (key === failing) throw new Error('boom');
      seen.push([...live.list(keys.objects)].length);
      return key;
    },
    plan: () => EMPTY_PLAN,
    assess: (_resource: unknown, key: ResourceKey) => ({
      status: { key, status: 'there', conditions: [], detail: {} },
      outcome: { result: 'steady' },
    }),
  } as unknown as AnyController;
  const one = new ReconcileOne({
    controllerOf: () => controller,
    deps: { inventory: () => ({ get: () => undefined }) } as unknown as KindDeps,
    live,
    queue: new WorkQueue(clock),
    executor: { start: () => undefined, inFlight: () => new Set() } as unknown as Executor,
    clock,
    random: () => 0.5,
    log: silentLog,
    context: () => ({ changedIn: () => undefined }) as unknown as KindContext,
    onSettled: () => undefined,
  });
  const all = (): Promise<unknown> =>
    Promise.all((['Thing/a', 'Thing/b', 'Thing/c'] as const).map((key) => one.reconcile(key, never)));
  return { live, seen, all };
}

describe('looks that are made in turn', () => {
  it('each see what the one before has written', async () => {
    const { seen, all } = rig(true);

    await all();

    expect(seen).toEqual([0, 1, 2]);
  });

  it('go on after one that failed', async () => {
    const { seen, all } = rig(true, 'Thing/a');

    await all();

    expect(seen).toEqual([0, 1]);
  });

  it('are those of operations: two must not both find the hosts free and begin', () => {
    expect(operationController.inTurn).toBe(true);
  });

  it('are not those of other kinds, which wait for hosts', async () => {
    const { seen, all } = rig(false);

    await all();

    expect(seen).toEqual([0, 0, 0]);
  });
});
