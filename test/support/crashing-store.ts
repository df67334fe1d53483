import type { Json } from '../../reconciler/model/json.ts';
import type { StateStore, Write } from '../../reconciler/store/state-store.ts';

/** The moment at which a process ends itself: at a commit that writes a certain kind of key. */
export interface CrashPlan {
  /** Source of a regular expression that the key must match. */
  keys: string;
  /** Journal entries only: without an outcome, or with one. Default: either. */
  state?: 'intent' | 'outcome';
  /** The how-manieth of such commits. Default 1. */
  nth?: number;
  /** Right before the commit, so that it never happened, or right after it was acknowledged. */
  when: 'before' | 'after';
  /** Default SIGKILL. SIGSTOP freezes the process; it goes on from there after SIGCONT. */
  signal?: 'SIGKILL' | 'SIGSTOP';
}

/** The same store, but `strike` is called at the planned moment, once. */
export function crashingStore(store: StateStore, plan: CrashPlan, strike: () => void): StateStore {
  const wanted = new RegExp(plan.keys);
  let left = plan.nth ?? 1;
  const isPlanned = (writes: readonly Write[]): boolean => {
    if (left <= 0 || !writes.some((write) => matches(write, wanted, plan.state))) return false;
    left -= 1;
    return left === 0;
  };
  return {
    ...passedThrough(store),
    async commit(writes, expectations, signal) {
      const planned = isPlanned(writes);
      if (planned && plan.when === 'before') strike();
      const result = await store.commit(writes, expectations, signal);
      if (planned && plan.when === 'after') strike();
      return result;
    },
  };
}

/** Every method of a store, handed on: to put some of one's own over them. */
export function passedThrough(store: StateStore): StateStore {
  return {
    get: (key, signal) => store.get(key, signal),
    list: (prefix, options, signal) => store.list(prefix, options, signal),
    snapshot: (signal) => store.snapshot(signal),
    commit: (writes, expectations, signal) => store.commit(writes, expectations, signal),
    watch: (prefix, revision, signal) => store.watch(prefix, revision, signal),
    lease: (name, holder, ttlMs, signal) => store.lease(name, holder, ttlMs, signal),
    leaseHolder: (name, signal) => store.leaseHolder(name, signal),
    close: () => store.close(),
  };
}

function matches(write: Write, wanted: RegExp, state: CrashPlan['state']): boolean {
  if (!('put' in write) || !wanted.test(write.put)) return false;
  if (state === undefined) return true;
  const { outcome } = write.value as { outcome?: Json };
  return (outcome === undefined ? 'intent' : 'outcome') === state;
}
