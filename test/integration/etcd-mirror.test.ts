import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { openEtcdStore } from '../../reconciler/store/etcd-store.ts';
import { openMirror, type Mirror } from '../../reconciler/store/mirror.ts';
import type { Lease, StateStore } from '../../reconciler/store/state-store.ts';
import { freshFleet, startEtcd, type TestEtcd } from '../support/etcd.ts';
import { eventually } from '../support/eventually.ts';
import { describeWith } from '../support/real-parts.ts';

describeWith(['etcd'], 'the mirror over etcd', () => {
  let etcd: TestEtcd;
  let store: StateStore;
  let outside: StateStore;
  let lease: Lease;
  let mirror: Mirror;
  const stop = new AbortController();

  beforeAll(async () => {
    etcd = await startEtcd();
  });
  afterAll(() => etcd.stop());
  beforeEach(async () => {
    const options = { endpoints: [etcd.endpoint], fleet: freshFleet(), callTimeoutMs: 500 };
    store = await openEtcdStore(options);
    outside = await openEtcdStore(options);
    lease = await store.lease('fleet', 'one', 3000, stop.signal);
    mirror = await openMirror(store, lease);
  });
  afterEach(async () => {
    etcd.resume();
    await mirror.close();
    await lease.release();
    await Promise.all([store.close(), outside.close()]);
  });

  it('writes a thousand records issued together in a few transactions', async () => {
    const before = (await outside.list('')).revision;

    await Promise.all(Array.from({ length: 1000 }, (_, n) => mirror.commit([{ put: `objects/Host/${n}`, value: n }])));

    const page = await outside.list('objects/');
    expect(page.entries).toHaveLength(500);
    expect(page.revision - before).toBe(8);
    expect([...mirror.list('objects/')]).toHaveLength(1000);
  });

  it('takes over a claim that was released by hand', async () => {
    await mirror.commit([{ put: 'claims/web-1', value: 'stuck' }]);

    await outside.commit([{ delete: 'claims/web-1' }]);

    await eventually(() => mirror.get('claims/web-1') === undefined);
    expect(
      (await mirror.commit([{ put: 'claims/web-1', value: 'mine' }], [{ key: 'claims/web-1', revision: 0 }])).ok,
    ).toBe(true);
  });

  it('holds what the store holds after the server was restored from a backup', async () => {
    await mirror.commit([{ put: 'objects/Host/kept', value: 1 }]);
    const backup = await etcd.snapshot();
    await eventually(() => mirror.commit([{ put: 'objects/Host/lost', value: 1 }]), { timeoutMs: 20_000 });

    await etcd.restore(backup);

    await eventually(() => mirror.get('objects/Host/lost') === undefined, { timeoutMs: 20_000 });
    expect(mirror.get('objects/Host/kept')).toBe(1);
  });

  it('goes on after a freeze shorter than the lease, and writes nothing after a longer one', async () => {
    etcd.freeze();
    const short = mirror.commit([{ put: 'claims/a', value: 1 }]);
    setTimeout(() => etcd.resume(), 700);
    expect((await short).ok).toBe(true);

    etcd.freeze();
    await new Promise((resolve) => lease.lost.addEventListener('abort', resolve, { once: true }));
    etcd.resume();

    await expect(mirror.commit([{ put: 'claims/b', value: 1 }])).rejects.toMatchObject({ code: 'LEASE_LOST' });
    expect(await eventually(() => outside.list('claims/'))).toMatchObject({ entries: [{ key: 'claims/a' }] });
  });
});
