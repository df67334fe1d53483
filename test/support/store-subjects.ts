import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock, type Clock } from '../../reconciler/model/clock.ts';
import { openEmbeddedStore } from '../../reconciler/store/embedded-store.ts';
import { openEtcdStore } from '../../reconciler/store/etcd-store.ts';
import type { StateStore } from '../../reconciler/store/state-store.ts';
import { freshFleet, startEtcd } from './etcd.ts';
import { startTcpProxy } from './tcp-proxy.ts';

/** Time to live of leases in tests, ms: the shortest that etcd knows. */
export const TTL_MS = 1000;

/** One implementation of the store, with what a test can do to it. */
export interface StoreSubject {
  /** The store as one daemon has it open, empty at first. */
  store(): StateStore;
  /** The store as another one has it open: where there can be only one, the same. */
  other(): StateStore;
  /** From now on the daemon that has `store()` open does not get to renew its leases. */
  stall(): void;
  /** It does again. */
  unstall(): void;
  /** The daemon dies without a word and is started again. */
  crash(): Promise<void>;
  /** Everything is forgotten: the next test begins. */
  reset(): Promise<void>;
  stop(): Promise<void>;
}

export async function embeddedSubject(): Promise<StoreSubject> {
  const root = mkdtempSync(join(tmpdir(), 'intendant-store-'));
  let count = 0;
  let skipped = 0;
  const clock: Clock = { ...systemClock, monotonic: () => systemClock.monotonic() + skipped };
  const open = (): Promise<StateStore> =>
    openEmbeddedStore({ folder: join(root, String(count)), clock, watchBuffer: 50 });
  let store = await open();
  return {
    store: () => store,
    other: () => store,
    stall: () => (skipped += 2 * TTL_MS),
    unstall: () => undefined,
    async crash() {
      await store.close();
      store = await open();
    },
    async reset() {
      await store.close();
      count += 1;
      store = await open();
    },
    async stop() {
      await store.close();
      rmSync(root, { recursive: true });
    },
  };
}

export async function etcdSubject(): Promise<StoreSubject> {
  const etcd = await startEtcd();
  const proxy = await startTcpProxy(Number(new URL(etcd.endpoint).port));
  let fleet = freshFleet();
  const open = (endpoint: string): Promise<StateStore> =>
    openEtcdStore({ endpoints: [endpoint], fleet, callTimeoutMs: 2000, watchBuffer: 50 });
  const near = `http://127.0.0.1:${proxy.port}`;
  let store = await open(near);
  let other = await open(etcd.endpoint);
  return {
    store: () => store,
    other: () => other,
    stall: () => proxy.block(),
    unstall: () => proxy.unblock(),
    async crash() {
      await store.close();
      store = await open(near);
    },
    async reset() {
      await Promise.all([store.close(), other.close()]);
      fleet = freshFleet();
      store = await open(near);
      other = await open(etcd.endpoint);
    },
    async stop() {
      await Promise.all([store.close(), other.close()]);
      await proxy.close();
      await etcd.stop();
    },
  };
}
