import { describe, expect, it } from 'vitest';
import type { OperationSpec } from '../../../schema/generated/types.ts';
import { implicitOf, implicitWrites, withImplicit } from '../../../reconciler/kinds/implicit.ts';
import type { Json } from '../../../reconciler/model/json.ts';
import type { Inventory } from '../../../reconciler/model/resource.ts';
import { InventoryBuilder } from '../../../reconciler/source/inventory/inventory-builder.ts';
import { commitFiles, documentOf } from '../../support/inventory.ts';
import { MemoryLive } from '../../support/memory-live.ts';

const spec: OperationSpec = { type: 'restart', target: { cluster: 'web' } };

function repository(): Inventory {
  const files = {
    'fleet.yaml': documentOf('Fleet', 'prod', {}),
    'web.yaml': documentOf('Cluster', 'web', {}),
    'op.yaml': documentOf('Operation', 'written', spec),
  };
  return commitFiles(new InventoryBuilder(), 'c1', files).inventory;
}

async function want(live: MemoryLive, name: string, wanted: OperationSpec | undefined): Promise<string[]> {
  const writes = implicitWrites(
    'OperationSchedule/weekly',
    [{ name, spec: wanted as unknown as Json | undefined }],
    live,
    0,
  );
  if (writes.size > 0) await live.commit([...writes.values()]);
  return [...writes.keys()];
}

describe('an operation that a kind wants', () => {
  it('stands in the inventory among those of the repository, and says who wants it', async () => {
    const live = new MemoryLive();
    const base = repository();

    await want(live, 'weekly-2026-11-22', spec);
    const inventory = withImplicit(base, live);

    expect(inventory.keys('Operation')).toEqual(['Operation/weekly-2026-11-22', 'Operation/written']);
    expect(inventory.get('Operation/weekly-2026-11-22')).toMatchObject({
      spec,
      metadata: { annotations: { 'intendant.dev/wanted-by': 'OperationSchedule/weekly' } },
    });
    expect(inventory.keys()).toContain('Cluster/web');
    expect(inventory.digest).not.toBe(base.digest);
  });

  it('is the same inventory as long as nothing has changed, and the repository itself where there is none', async () => {
    const live = new MemoryLive();
    const base = repository();
    const without = withImplicit(base, live);
    await want(live, 'weekly', spec);

    const first = withImplicit(base, live);

    expect(without).toBe(base);
    expect(withImplicit(base, live)).toBe(first);
    await want(live, 'another', spec);
    expect(withImplicit(base, live).keys('Operation')).toHaveLength(3);
  });

  it('gives way to a document of the same name', async () => {
    const live = new MemoryLive();
    await want(live, 'written', { ...spec, description: 'not this one' });

    const inventory = withImplicit(repository(), live);

    expect(inventory.get('Operation/written')?.spec.description).toBeUndefined();
    expect(inventory.keys('Operation')).toEqual(['Operation/written']);
  });

  it('is left as it is once it stands, and goes when it is wanted no more', async () => {
    const live = new MemoryLive();

    const told = [
      await want(live, 'weekly', spec),
      await want(live, 'weekly', { ...spec, timeout: '1m' }),
      await want(live, 'weekly', undefined),
      await want(live, 'weekly', undefined),
    ];

    expect(told).toEqual([['Operation/weekly'], [], ['Operation/weekly'], []]);
    expect(implicitOf('weekly', live)).toBeUndefined();
  });
});
