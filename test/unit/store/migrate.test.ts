import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../reconciler/model/json.ts';
import { openEmbeddedStore } from '../../../reconciler/store/embedded-store.ts';
import { ensureMeta, readMeta } from '../../../reconciler/store/meta.ts';
import { migrateStore, type Migration } from '../../../reconciler/store/migrate.ts';
import type { StateStore } from '../../../reconciler/store/state-store.ts';

/** Made-up steps: a count is raised, so that dealing with an entry twice shows; then keys move to another prefix. */
const STEPS: readonly Migration[] = [
  {
    from: 1,
    migrate: ({ key, value }) =>
      key.startsWith('old/') ? [{ put: key, value: { count: Number((value as JsonObject).count) + 1 } }] : [],
  },
  {
    from: 2,
    migrate: ({ key, value }) =>
      key.startsWith('old/') ? [{ delete: key }, { put: `zed/${key.slice(4)}`, value }] : [],
  },
];
const ENTRIES = 650;

describe('a store of an older format', () => {
  let folder: string;
  let store: StateStore;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'intendant-migrate-'));
    store = await openEmbeddedStore({ folder });
    await ensureMeta(store, '1.0.0');
    const entries = Array.from({ length: ENTRIES }, (_, index) => `old/${String(index).padStart(4, '0')}`);
    await store.commit(entries.map((put) => ({ put, value: { count: 0 } })));
    await store.commit([{ put: 'other', value: 'as it was' }]);
  });
  afterEach(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });

  async function counts(): Promise<unknown[]> {
    const found: unknown[] = [];
    for (let after: string | undefined; ;) {
      const page = await store.list('zed/', after === undefined ? {} : { after });
      found.push(...page.entries.map(({ value }) => (value as JsonObject).count));
      after = page.next;
      if (after === undefined) return found;
    }
  }

  it('is brought forward step by step, and keeps its identity', async () => {
    const before = await readMeta(store);
    const steps: number[] = [];

    await migrateStore(store, { migrations: STEPS, target: 3, onStep: (_from, to) => steps.push(to) });

    expect(steps).toEqual([2, 3]);
    expect((await store.get('meta'))?.value).toEqual({ ...before, format: 3 });
    expect(await counts()).toEqual(Array.from({ length: ENTRIES }, () => 1));
    expect((await store.list('old/')).entries).toEqual([]);
    expect((await store.get('other'))?.value).toBe('as it was');
  });

  it('deals with each entry once, wherever a crash cuts it off', async () => {
    for (let commits = 1; commits < 50; commits += 1) {
      let left = commits;
      const dying = {
        get: (key: string) => store.get(key),
        list: (...args: Parameters<StateStore['list']>) => store.list(...args),
        commit: (...args: Parameters<StateStore['commit']>) => {
          if (left-- === 0) throw new Error('power cut');
          return store.commit(...args);
        },
      } as StateStore;
      const done = await migrateStore(dying, { migrations: STEPS, target: 3 }).then(
        () => true,
        () => false,
      );
      if (done) break;
    }

    expect(await counts()).toEqual(Array.from({ length: ENTRIES }, () => 1));
  });

  it('is refused by an older program from the first write on', async () => {
    const failing: Migration = {
      from: 1,
      migrate: () => {
        throw new Error('cut off');
      },
    };

    await expect(migrateStore(store, { migrations: [failing], target: 2 })).rejects.toThrow('cut off');

    await expect(readMeta(store)).rejects.toMatchObject({ code: 'STORE_TOO_NEW' });
  });

  it('is refused where a step is missing', async () => {
    await expect(migrateStore(store, { migrations: STEPS.slice(1), target: 3 })).rejects.toMatchObject({
      code: 'STORE_TOO_OLD',
    });
  });

  it('is not written when the lease is not held', async () => {
    const expectations = [{ lease: { key: 'leases/daemon', createRevision: 7 } }];

    await expect(migrateStore(store, { migrations: STEPS, target: 3, expectations })).rejects.toMatchObject({
      code: 'STORE_CONTENDED',
    });

    expect((await readMeta(store))?.format).toBe(1);
  });
});
