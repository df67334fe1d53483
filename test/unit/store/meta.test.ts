import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openEmbeddedStore } from '../../../reconciler/store/embedded-store.ts';
import { ensureMeta, readMeta } from '../../../reconciler/store/meta.ts';
import type { StateStore } from '../../../reconciler/store/state-store.ts';

describe('the identity of a store', () => {
  let folder: string;
  let store: StateStore;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'intendant-meta-'));
    store = await openEmbeddedStore({ folder });
  });
  afterEach(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });

  it('is not there before a daemon has given it', async () => {
    expect(await readMeta(store)).toBeUndefined();
  });

  it('is given once, at random', async () => {
    const [first, racing] = await Promise.all([ensureMeta(store, '1.0.0'), ensureMeta(store, '1.0.0')]);

    expect(first).toEqual({ id: expect.stringMatching(/^[0-9a-f-]{36}$/), epoch: 1, format: 1, version: '1.0.0' });
    expect(racing.id).toBe(first.id);
    expect(await readMeta(store)).toEqual(first);
  });

  it('says which version wrote last', async () => {
    const first = await ensureMeta(store, '1.0.0');

    const second = await ensureMeta(store, '1.1.0');

    expect(second).toEqual({ ...first, version: '1.1.0' });
    expect(await readMeta(store)).toEqual(second);
  });

  it('is written by the holder of the lease only', async () => {
    const lease = await store.lease('fleet', 'one', 60_000, new AbortController().signal);
    await lease.release();

    const attempt = ensureMeta(store, '1.0.0', [{ lease: lease.token }]);

    await expect(attempt).rejects.toMatchObject({ disposition: 'Transient' });
    expect(await readMeta(store)).toBeUndefined();
  });

  it('stops an older version from going on', async () => {
    await store.commit([{ put: 'meta', value: { format: 2, id: 'x', epoch: 1, version: '9.9.9' } }]);

    await expect(ensureMeta(store, '1.0.0')).rejects.toMatchObject({
      disposition: 'InvalidInput',
      code: 'STORE_TOO_NEW',
      hint: 'Run version 9.9.9 or newer.',
    });
  });

  it('is not taken from a store that is somebody else’s', async () => {
    await store.commit([{ put: 'meta', value: 'something' }]);

    await expect(readMeta(store)).rejects.toMatchObject({ code: 'STORE_FOREIGN' });
  });
});
