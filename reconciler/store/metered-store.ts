import { Transient } from '../model/errors.ts';
import type { Meter } from '../model/meter.ts';
import type { StateStore } from './state-store.ts';

/** The same store, whose requests that were not answered are counted. */
export function meteredStore(store: StateStore, meter: Meter): StateStore {
  const counted = async <T>(request: string, asked: Promise<T>): Promise<T> => {
    try {
      return await asked;
    } catch (error) {
      if (error instanceof Transient) meter.count('storeFailures', { request });
      throw error;
    }
  };
  return {
    get: (key, signal) => counted('get', store.get(key, signal)),
    list: (prefix, options, signal) => counted('list', store.list(prefix, options, signal)),
    snapshot: (signal) => store.snapshot(signal),
    commit: (writes, expectations, signal) => counted('commit', store.commit(writes, expectations, signal)),
    watch: (prefix, revision, signal) => store.watch(prefix, revision, signal),
    lease: (name, holder, ttlMs, signal) => counted('lease', store.lease(name, holder, ttlMs, signal)),
    leaseHolder: (name, signal) => counted('lease', store.leaseHolder(name, signal)),
    ...(store.history && { history: store.history }),
    close: () => store.close(),
  };
}
