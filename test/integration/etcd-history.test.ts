import { afterAll, beforeAll, expect, it } from 'vitest';
import { openEtcdStore } from '../../reconciler/store/etcd-store.ts';
import type { StateStore } from '../../reconciler/store/state-store.ts';
import { freshFleet, startEtcd, type TestEtcd } from '../support/etcd.ts';
import { describeWith } from '../support/real-parts.ts';

const never = new AbortController().signal;

describeWith(['etcd'], 'the history of etcd', () => {
  let etcd: TestEtcd;
  let store: StateStore;

  beforeAll(async () => {
    etcd = await startEtcd();
    store = await openEtcdStore({ endpoints: [etcd.endpoint], fleet: freshFleet() });
  });
  afterAll(async () => {
    await store.close();
    await etcd.stop();
  });

  it('is forgotten before a revision, keeps what keys hold, and is not forgotten twice', async () => {
    await store.commit([{ put: 'objects/Host/a', value: 'old' }]);
    const old = await store.history!.current(never);
    await store.commit([{ put: 'objects/Host/a', value: 'new' }]);
    const now = await store.history!.current(never);

    await store.history!.forgetBefore(now, never);
    await store.history!.forgetBefore(now, never);
    await store.history!.forgetBefore(old, never);

    expect((await store.get('objects/Host/a'))?.value).toBe('new');
    const former = etcd.gateway('kv/range', { key: Buffer.from('x').toString('base64'), revision: String(old) });
    await expect(former).rejects.toThrow(/compacted/);
  });

  it('says that the store is away', async () => {
    const revision = await store.history!.current(never);
    await etcd.kill();

    await expect(store.history!.forgetBefore(revision, never)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await etcd.restart();
  });
});
