import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Inventory } from '../../../reconciler/model/resource.ts';
import type { ObjectStatus } from '../../../reconciler/model/status.ts';
import { RESTART_PATH, restartDocument } from '../../../cli/demo/documents.ts';
import { writeFiles } from '../../../cli/demo/world.ts';
import { InventoryBuilder } from '../../../reconciler/source/inventory/inventory-builder.ts';
import { isFinishedIn, makePlan, planBetween } from '../../../reconciler/view/make-plan.ts';
import { readRepository } from '../../../cli/read-repository.ts';
import { starterFiles } from '../../../cli/starter/files.ts';
import { writeStarter } from '../../../cli/starter/write.ts';
import { commitFiles, documentOf, type Files } from '../../support/inventory.ts';

const NOW = Date.parse('2026-01-02T00:00:00Z');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'intendant-plan-'));
  await writeStarter(folder, starterFiles('prod'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function inventoryWith(operation: string): Promise<Inventory> {
  await writeFiles(folder, new Map([[RESTART_PATH, operation]]));
  const { inventory, diagnostics } = await readRepository(folder, new AbortController().signal);
  expect(diagnostics).toEqual([]);
  return inventory;
}

function restartStatus(status: string, round = 0): ObjectStatus {
  return { key: 'Operation/demo-restart', status, conditions: [], detail: { round } };
}

describe('makePlan', () => {
  it('reviews an operation that is new, with its hosts in batches', async () => {
    const desired = await inventoryWith(restartDocument('web'));

    const plan = makePlan(desired, [], undefined, NOW);

    expect(plan.changes.map(({ symbol, key }) => `${symbol} ${key}`)).toEqual([
      '+ Cluster/web',
      '+ Fleet/prod',
      '+ Host/web-1',
      '+ Host/web-2',
      '+ Operation/demo-restart',
    ]);
    expect(plan.operations.map(({ name, batches }) => [name, batches])).toEqual([
      ['demo-restart', [['web-1'], ['web-2']]],
    ]);
  });

  it.each(['Succeeded', 'Failed', 'Cancelled'])('does not review an operation that has %s', async (phase) => {
    const desired = await inventoryWith(restartDocument('web'));

    const plan = makePlan(desired, [restartStatus(phase)], undefined, NOW);

    expect(plan.operations).toEqual([]);
  });

  it('reviews one that has ended when its retry was raised', async () => {
    const desired = await inventoryWith(`${restartDocument('web')}  retry: 1\n`);

    const plan = makePlan(desired, [restartStatus('Failed')], undefined, NOW);

    expect(plan.operations.map(({ name }) => name)).toEqual(['demo-restart']);
  });

  it.each(['suspend: true', 'cancel: true'])('does not review one with %s', async (line) => {
    const desired = await inventoryWith(`${restartDocument('web')}  ${line}\n`);

    expect(makePlan(desired, [], undefined, NOW).operations).toEqual([]);
  });
});

describe('makePlan of a profile that is taken away', () => {
  const base = { 'fleet.yaml': documentOf('Fleet', 'prod', {}) };
  const web1 = { cluster: 'web', address: '192.0.2.1', onRemove: 'clean' };
  const inventoryOf = (cluster: object, more: Files = {}): Inventory =>
    commitFiles(new InventoryBuilder(), 'c1', {
      ...base,
      'cluster.yaml': documentOf('Cluster', 'web', cluster),
      'web-2.yaml': documentOf('Host', 'web-2', { cluster: 'web', address: '192.0.2.2' }),
      ...more,
    }).inventory;
  const before = inventoryOf({ hostProfile: 'docker' }, { 'web-1.yaml': documentOf('Host', 'web-1', web1) });
  const statuses = ['web-1', 'web-2'].map((name): ObjectStatus => {
    const facts = { os: 'debian', osVersion: '12', family: 'apt', cpus: 2, memoryKb: 1000, architecture: 'x86_64' };
    const profile = { digest: 'p', wanted: 'w', applied: 'w', total: 0, removals: 0 };
    return { key: `Host/${name}`, status: 'active', conditions: [], detail: { facts, profile } };
  });

  it('says what is removed from which hosts', () => {
    const desired = inventoryOf({}, { 'web-1.yaml': documentOf('Host', 'web-1', web1) });

    const { profiles } = makePlan(desired, statuses, before, NOW);

    expect(profiles).toMatchObject([
      {
        cluster: 'web',
        operations: [],
        differences: [{ hosts: ['web-1', 'web-2'], changes: expect.arrayContaining(['package docker.io: remove']) }],
      },
    ]);
    expect(profiles[0]!.warnings).toContain(
      '2 hosts would lose packages, files or services, and without being asked at most 1 may; they will wait for confirmPrune',
    );
  });

  it('says that something is removed where it is not known what was in effect', () => {
    const { profiles } = makePlan(inventoryOf({}), statuses, undefined, NOW);

    expect(profiles[0]!.differences).toEqual([{ hosts: ['web-2'], changes: ['what its profile brought: remove'] }]);
  });

  it('says nothing of a cluster that never had one', () => {
    const bare = statuses.map((status) => ({ ...status, detail: {} }));

    expect(makePlan(inventoryOf({}), bare, before, NOW).profiles).toEqual([]);
  });

  it('says that a host which leaves is cleaned, where that is asked for', () => {
    const { changes } = makePlan(inventoryOf({ hostProfile: 'docker' }), statuses, before, NOW);

    expect(changes.find(({ key }) => key === 'Host/web-1')).toMatchObject({
      symbol: '-',
      lines: ['what its profile brought is removed from it first'],
    });
  });
});

describe('makePlan warns of a gate', () => {
  const warnings = async (lines: string): Promise<string[]> => {
    const desired = await inventoryWith(`${restartDocument('web')}${lines}`);
    return makePlan(desired, [], undefined, NOW).operations[0]!.warnings;
  };

  it('that is a circuit breaker', async () => {
    const path = 'clusters/web/cluster.yaml';
    const text = await readFile(join(folder, path), 'utf8');
    await writeFiles(folder, new Map([[path, text.replace(/^spec:\n/m, 'spec:\n  maxUnhealthy: 1\n')]]));
    const desired = await inventoryWith(restartDocument('web'));
    const failed = (['web-1', 'web-2'] as const).map((name): ObjectStatus => ({
      key: `Host/${name}`,
      status: 'failed',
      conditions: [],
      detail: {},
    }));

    expect(makePlan(desired, failed, undefined, NOW).operations[0]!.warnings).toContain(
      'it would wait: 2 hosts of cluster web are unhealthy and at most 1 may be (maxUnhealthy): web-1, web-2',
    );
  });

  it('that is an operation which must succeed first', async () => {
    const desired = await inventoryWith(
      `${restartDocument('web')}  dependsOn: [before]\n---\n${restartDocument('web').replace('demo-restart', 'before')}`,
    );

    expect(
      makePlan(desired, [], undefined, NOW).operations.find(({ name }) => name === 'demo-restart')!.warnings,
    ).toEqual(['it would wait: waits until before (Pending) has succeeded']);
  });

  it('that is a maintenance window, and when it opens', async () => {
    expect(await warnings("  windows: [{ start: '0 3 * * *', duration: 1h }]\n")).toEqual([
      'it would wait: outside the maintenance windows of the operation; they open next at 2026-01-02T03:00Z',
    ]);
  });
});

describe('isFinishedIn', () => {
  it('knows those that have come to their end, and no others', () => {
    const finished = isFinishedIn([restartStatus('Succeeded')]);

    expect([finished('demo-restart'), finished('another')]).toEqual([true, false]);
    expect(isFinishedIn([restartStatus('Running')])('demo-restart')).toBe(false);
  });
});

describe('readRepository', () => {
  it('counts files and documents', async () => {
    const { files, documents } = await readRepository(folder, new AbortController().signal);

    expect({ files, documents }).toEqual({ files: 4, documents: 4 });
  });

  it('refuses a file and a folder that is not there', async () => {
    const { signal } = new AbortController();

    await expect(readRepository(join(folder, 'fleet.yaml'), signal)).rejects.toMatchObject({ code: 'NOT_A_FOLDER' });
    await expect(readRepository(join(folder, 'none'), signal)).rejects.toMatchObject({ code: 'NOT_A_FOLDER' });
  });
});

describe('planBetween', () => {
  async function inventoryOf(files: ReadonlyMap<string, string>): Promise<Inventory> {
    await writeFiles(folder, files);
    return (await readRepository(folder, new AbortController().signal)).inventory;
  }
  const WEB_1 = 'clusters/web/hosts/web-1.yaml';
  const movedTo = async (address: string): Promise<[string, string]> => [
    WEB_1,
    (await readFile(join(folder, WEB_1), 'utf8')).replace(/address: .*/, `address: ${address}`),
  ];

  it('tells what changes from the two repositories alone, whatever was looked at', async () => {
    const before = await inventoryWith(restartDocument('web'));
    const after = await inventoryOf(new Map([await movedTo('192.0.2.99')]));

    const { changes } = planBetween(before, after, [], NOW);

    expect(changes.map(({ symbol, key, lines }) => [symbol, key, lines.length])).toEqual([['-/+', 'Host/web-1', 1]]);
  });

  it.each([
    [restartStatus('Running'), ['- the operation is cancelled']],
    [undefined, ['- the operation is cancelled, if it has not ended']],
    [restartStatus('Succeeded'), []],
  ])('says of an operation that goes what becomes of it, and nothing of one that has ended', async (status, told) => {
    const before = await inventoryWith(restartDocument('web'));
    await rm(join(folder, RESTART_PATH));
    const after = await inventoryOf(new Map());

    const { changes } = planBetween(before, after, status ? [status] : [], NOW);

    expect(changes.flatMap(({ symbol, lines }) => lines.map((line) => `${symbol} ${line}`))).toEqual(told);
  });

  it.each([
    [[restartStatus('Running')], ['demo-restart']],
    [[restartStatus('Succeeded')], []],
    [[], []],
  ])('tells of an operation that stays as it is only where it is known to go on', async (objects, told) => {
    const before = await inventoryWith(restartDocument('web'));
    const after = await inventoryOf(new Map([await movedTo('192.0.2.99')]));

    const { operations } = planBetween(before, after, objects, NOW);

    expect(operations.map(({ name }) => name)).toEqual(told);
  });

  it('reviews an operation that comes, whatever is known of the fleet', async () => {
    const before = await inventoryOf(new Map());
    const after = await inventoryWith(restartDocument('web'));

    const { operations } = planBetween(before, after, [], NOW);

    expect(operations.map(({ name }) => name)).toEqual(['demo-restart']);
  });

  it('calls an operation under another name a cancel and a new run', async () => {
    const before = await inventoryWith(restartDocument('web'));
    const other = restartDocument('web').replace('name: demo-restart', 'name: another');
    const after = await inventoryOf(new Map([[RESTART_PATH, other]]));

    const { changes } = planBetween(before, after, [restartStatus('Running')], NOW);

    expect(changes.map(({ symbol, key, lines }) => [symbol, key, lines[0]])).toEqual([
      ['+', 'Operation/another', expect.stringContaining('Operation/demo-restart under another name')],
      ['-', 'Operation/demo-restart', expect.stringContaining('it comes back as Operation/another')],
    ]);
  });

  it('takes no operation with another spec for one that was renamed', async () => {
    const before = await inventoryWith(restartDocument('web'));
    const other = `${restartDocument('web').replace('name: demo-restart', 'name: another')}  timeout: 7m\n`;
    const after = await inventoryOf(new Map([[RESTART_PATH, other]]));

    const { changes } = planBetween(before, after, [restartStatus('Running')], NOW);

    expect(changes.flatMap(({ lines }) => lines).filter((line) => /another (name|operation)/.test(line))).toEqual([]);
  });
});
