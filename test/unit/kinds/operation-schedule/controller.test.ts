import { describe, expect, it } from 'vitest';
import type { KindContext, KindDeps } from '../../../../reconciler/kinds/context.ts';
import { operationScheduleController } from '../../../../reconciler/kinds/operation-schedule/controller.ts';
import type { Assessment } from '../../../../reconciler/model/controller.ts';
import { EMPTY_PLAN } from '../../../../reconciler/model/plan.ts';
import { InventoryBuilder } from '../../../../reconciler/source/inventory/inventory-builder.ts';
import { commitFiles, documentOf } from '../../../support/inventory.ts';
import { MemoryLive } from '../../../support/memory-live.ts';

const KEY = 'OperationSchedule/nightly';
const SPEC = { when: { start: '0 3 * * *' }, operation: { type: 'restart', target: { cluster: 'web' } } };
const NOW = Date.parse('2026-11-22T03:00:30Z');

interface Given {
  /** The schedule's spec; null: it is not in the repository. */
  spec?: object | null;
  cluster?: object;
  clockDoubt?: string;
  /** Operations that it has started, and their records. */
  made?: Record<string, object | undefined>;
}

/** One look at a schedule. */
async function look({ spec = SPEC, cluster = {}, clockDoubt, made = {} }: Given): Promise<Assessment> {
  const files: Record<string, ReturnType<typeof documentOf>> = {
    'fleet.yaml': documentOf('Fleet', 'prod', {}),
    'web.yaml': documentOf('Cluster', 'web', cluster),
    'host.yaml': documentOf('Host', 'web-1', { address: '10.0.0.1', cluster: 'web' }),
    ...(spec ? { 'schedule.yaml': documentOf('OperationSchedule', 'nightly', spec) } : {}),
  };
  const { inventory } = commitFiles(new InventoryBuilder(), 'c1', files);
  const live = new MemoryLive();
  const names = Object.keys(made).map((name) => ({ name, at: '2026-11-21T03:00:00.000Z' }));
  await live.commit([
    { put: `records/${KEY}`, value: { format: 1, since: '2026-11-21T12:00:00.000Z', made: names } },
    ...Object.entries(made).flatMap(([name, record]) =>
      record ? [{ put: `records/Operation/${name}`, value: record as never }] : [],
    ),
  ]);
  const deps = { live, inventory: () => inventory, clockDoubt: () => clockDoubt } as unknown as KindDeps;
  const resource = inventory.get(KEY);
  const context: KindContext = {
    nowMs: NOW,
    revision: { branch: 'main', commit: 'c1', sequence: 1 },
    changedIn: () => undefined,
    holder: 'test',
  };
  const observed = await operationScheduleController.observe(KEY, resource, deps, new AbortController().signal);
  return operationScheduleController.assess(resource, observed, EMPTY_PLAN, context);
}

describe('a schedule', () => {
  it('wants its operation when its time has come, and says when the next comes', async () => {
    const { operations, status } = await look({});

    expect(operations).toEqual([{ name: 'nightly-2026-11-22', spec: SPEC.operation }]);
    expect(status).toMatchObject({
      status: 'scheduled',
      detail: { next: '2026-11-23T03:00:00.000Z', last: 'nightly-2026-11-22' },
    });
  });

  it('waits for the operation before, also for one that nobody has looked at yet', async () => {
    const unseen = await look({ made: { 'nightly-2026-11-21': undefined } });
    const running = await look({ made: { 'nightly-2026-11-21': { phase: 'Running' } } });
    const ended = await look({ made: { 'nightly-2026-11-21': { phase: 'Failed' } } });

    expect([unseen, running, ended].map(({ operations }) => operations?.length)).toEqual([0, 0, 1]);
    expect(running.status?.conditions[0]?.message).toContain('nightly-2026-11-21 had not ended');
  });

  it.each<[string, Given, string]>([
    ['its cluster wants approvals', { cluster: { approval: { required: true } } }, 'an approval is required'],
    ['the clock of the daemon cannot be trusted', { clockDoubt: 'the clock is off' }, 'the clock is off'],
  ])('starts nothing where %s, and says so', async (_, given, message) => {
    const { operations, status } = await look(given);

    expect(operations).toEqual([]);
    expect(status?.conditions[0]).toMatchObject({ type: 'Ready', status: 'False', reason: 'Blocked' });
    expect(status?.conditions[0]?.message).toContain(message);
  });

  it('takes with it what has not begun when it leaves the repository, and nothing else', async () => {
    const { operations, status, record } = await look({
      spec: null,
      made: { waiting: { phase: 'Pending' }, begun: { phase: 'Running', frozen: {} }, ended: { phase: 'Succeeded' } },
    });

    expect(operations).toEqual([{ name: 'waiting', spec: undefined }]);
    expect(status).toBeUndefined();
    expect(record).toBeNull();
  });
});
