import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Inventory } from '../../../reconciler/model/resource.ts';
import type { ObjectStatus } from '../../../reconciler/model/status.ts';
import { RESTART_PATH, restartDocument } from '../../../cli/demo/documents.ts';
import { writeFiles } from '../../../cli/demo/world.ts';
import { isFinishedIn, makePlan } from '../../../reconciler/view/make-plan.ts';
import { readRepository } from '../../../cli/read-repository.ts';
import { starterFiles } from '../../../cli/starter/files.ts';
import { writeStarter } from '../../../cli/starter/write.ts';

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
