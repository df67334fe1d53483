import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Transient } from '../../../reconciler/model/errors.ts';
import { openEmbeddedStore } from '../../../reconciler/store/embedded-store.ts';
import { openMirror, type Mirror } from '../../../reconciler/store/mirror.ts';
import type {
  CommitResult,
  Entry,
  Expectation,
  Lease,
  StateStore,
  Write,
} from '../../../reconciler/store/state-store.ts';
import { cpuTimeOf } from '../../support/cpu-time.ts';
import { eventually } from '../../support/eventually.ts';

describe('the mirror', () => {
  let folder: string;
  let store: StateStore;
  let lease: Lease;
  let mirror: Mirror;
  /** Transactions that reached the store. */
  let transactions: Write[][];
  /** Keys read one by one. */
  let reads: string[];
  /** What happens to the next transactions: lost before or after the store has written. */
  let trouble: ('before' | 'after')[];
  const stop = new AbortController();

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'intendant-mirror-'));
    store = await openEmbeddedStore({ folder });
    lease = await store.lease('fleet', 'one', 60_000, stop.signal);
    transactions = [];
    reads = [];
    trouble = [];
    mirror = await openMirror(observed(store), lease);
  });
  afterEach(async () => {
    await mirror.close();
    await lease.release();
    await store.close();
    rmSync(folder, { recursive: true });
  });

  it('holds at the start what the store holds, except output', async () => {
    const writes = Array.from({ length: 1200 }, (_, n) => ({ put: `journal/op/h${n}/s`, value: n }));
    await store.commit([...writes, { put: 'revision', value: 'r' }, { put: 'output/op/h/s', value: 'long' }]);

    const fresh = await openMirror(store, lease);

    expect([...fresh.list('journal/')]).toHaveLength(1200);
    expect(fresh.get('revision')).toBe('r');
    expect(fresh.get('output/op/h/s')).toBeUndefined();
    await fresh.close();
  });

  it('writes in one transaction what follows from an acknowledged write, however many steps of thought that takes', async () => {
    await mirror.commit([{ put: 'journal/op/h/s', value: 'done' }]);
    const telling = mirror.commit([{ put: 'objects/Operation/op', value: 'one more' }]);
    for (let step = 0; step < 20; step += 1) await Promise.resolve();
    await Promise.all([telling, mirror.commit([{ put: 'journal/op/i/s', value: 'intent' }])]);

    expect(transactions.map((writes) => writes.length)).toEqual([1, 2]);
  });

  it('reads at once what it has written, when the store has acknowledged it', async () => {
    const committing = mirror.commit([{ put: 'objects/Host/a', value: { status: 'active' } }]);

    const before = mirror.get('objects/Host/a');
    const result = await committing;

    expect(before).toBeUndefined();
    expect(mirror.entry('objects/Host/a')).toEqual({
      key: 'objects/Host/a',
      value: { status: 'active' },
      revision: (result as { revision: number }).revision,
    });
    expect((await store.get('objects/Host/a'))?.value).toEqual({ status: 'active' });
  });

  it('lists a prefix in order, also while it is written to', async () => {
    await mirror.commit(['b', 'a', 'c'].map((name) => ({ put: `claims/${name}`, value: name })));

    const seen: string[] = [];
    for (const [key] of mirror.list('claims/')) {
      seen.push(key);
      if (seen.length === 1) await mirror.commit([{ delete: 'claims/b' }, { put: 'claims/d', value: 1 }]);
    }

    expect(seen).toEqual(['claims/a', 'claims/c']);
    expect([...mirror.list('claims/')].map(([key]) => key)).toEqual(['claims/a', 'claims/c', 'claims/d']);
  });

  it('sends writes that are issued together in one transaction', async () => {
    const commits = Array.from({ length: 100 }, (_, n) =>
      mirror.commit([{ put: `claims/${n}`, value: n }], [{ key: `claims/${n}`, revision: 0 }]),
    );

    const results = await Promise.all(commits);

    expect(results.every((result) => result.ok)).toBe(true);
    expect(transactions).toHaveLength(1);
  });

  it('fails alone the one whose expectation does not hold, and writes what was issued with it', async () => {
    await mirror.commit([{ put: 'claims/b', value: 'taken' }]);

    const names = ['a', 'b', 'c'];
    const commits = names.map((name) =>
      mirror.commit([{ put: `claims/${name}`, value: 'mine' }], [{ key: `claims/${name}`, revision: 0 }]),
    );

    const results = await Promise.all(commits);
    expect(results.map((result) => result.ok)).toEqual([true, false, true]);
    expect(names.map((name) => mirror.get(`claims/${name}`))).toEqual(['mine', 'taken', 'mine']);
  });

  it('keeps the order of those that depend on one another', async () => {
    const results = await Promise.all([
      mirror.commit([{ put: 'claims/a', value: 'first' }], [{ key: 'claims/a', revision: 0 }]),
      mirror.commit([{ put: 'claims/a', value: 'second' }], [{ key: 'claims/a', revision: 0 }]),
      mirror.commit([{ delete: 'claims/a' }]),
    ]);

    expect(results.map((result) => result.ok)).toEqual([true, false, true]);
    expect(mirror.get('claims/a')).toBeUndefined();
  });

  it('knows the revision of every key of a commit that needed several transactions', async () => {
    const writes = Array.from({ length: 300 }, (_, n) => ({ put: `objects/Host/${n}`, value: n }));

    await mirror.commit(writes);

    for (const { put } of [writes[0]!, writes[299]!]) expect(mirror.entry(put)).toEqual(await store.get(put));
    expect(transactions.length).toBeGreaterThan(1);
  });

  it('tells its listeners once of each change of its own, and does not read it again', async () => {
    const told: string[] = [];
    const silence = mirror.onChange((keys) => told.push(...keys));

    await mirror.commit([
      { put: 'claims/a', value: 1 },
      { put: 'output/x/y/z', value: 'long' },
    ]);
    await mirror.commit([{ delete: 'claims/a' }]);
    await store.commit([{ put: 'claims/after', value: 1 }]);
    await eventually(() => told.includes('claims/after'));
    silence();
    await mirror.commit([{ put: 'claims/b', value: 1 }]);

    expect(told).toEqual(['claims/a', 'claims/a', 'claims/after']);
    expect(reads).toEqual(['claims/after']);
  });

  it('takes over what is changed from outside, such as a claim released by hand', async () => {
    await mirror.commit([
      { put: 'claims/a', value: 'stuck' },
      { put: 'claims/b', value: 'old' },
    ]);

    await store.commit([{ delete: 'claims/a' }, { put: 'claims/b', value: 'new' }]);

    await eventually(() => mirror.get('claims/a') === undefined);
    await eventually(() => mirror.get('claims/b') === 'new');
    expect((await mirror.commit([{ put: 'claims/a', value: 'mine' }], [{ key: 'claims/a', revision: 0 }])).ok).toBe(
      true,
    );
  });

  it('lists everything again when very much was changed from outside', async () => {
    await mirror.commit([{ put: 'objects/Host/gone', value: 1 }]);
    const writes = Array.from({ length: 2000 }, (_, n) => ({ put: `objects/Host/${n}`, value: n }));

    await store.commit([...writes, { delete: 'objects/Host/gone' }]);

    await eventually(() => [...mirror.list('objects/')].length === 2000);
    expect(mirror.get('objects/Host/gone')).toBeUndefined();
    expect(reads).toEqual([]);
  });

  it('writes nothing more once the lease is not its own in the store', async () => {
    const other = await store.lease('fleet', 'one', 60_000, stop.signal);

    const attempts = await Promise.allSettled([
      mirror.commit([{ put: 'claims/a', value: 1 }]),
      mirror.commit([{ put: 'claims/b', value: 1 }]),
    ]);
    await other.release();
    const later = mirror.commit([{ put: 'claims/c', value: 1 }]);

    for (const attempt of attempts) {
      expect(attempt).toMatchObject({ status: 'rejected', reason: { disposition: 'Transient', code: 'LEASE_LOST' } });
    }
    await expect(later).rejects.toMatchObject({ code: 'LEASE_LOST' });
    expect((await store.list('claims/')).entries).toEqual([]);
  });

  it('tells that the lease is lost as soon as a write was refused, and refuses what was waiting behind it', async () => {
    await lease.release();
    const told: unknown[] = [];
    mirror.lost.addEventListener('abort', () => told.push(mirror.lost.reason));
    const before = mirror.lost.aborted;

    const refused = mirror.commit([{ put: 'claims/a', value: 1 }]);
    const behind = mirror.commit([{ put: 'claims/a', value: 2 }], [{ key: 'claims/a', revision: 0 }]);
    const results = await Promise.allSettled([refused, behind]);

    expect([before, mirror.lost.aborted]).toEqual([false, true]);
    expect(told).toMatchObject([{ disposition: 'Transient', code: 'LEASE_LOST' }]);
    expect(results).toMatchObject([
      { status: 'rejected', reason: { code: 'LEASE_LOST' } },
      { status: 'rejected', reason: { code: 'LEASE_LOST' } },
    ]);
    expect(transactions).toHaveLength(1);
    expect(mirror.get('claims/a')).toBeUndefined();
  });

  it('does not say that the lease is lost for an expectation that failed, or a store that is away', async () => {
    trouble = ['before'];

    const away = mirror.commit([{ put: 'claims/a', value: 1 }]);
    await expect(away).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    const failed = await mirror.commit([{ put: 'claims/a', value: 1 }], [{ key: 'claims/a', revision: 7 }]);

    expect(failed.ok).toBe(false);
    expect(mirror.lost.aborted).toBe(false);
  });

  it('does not ask the store once it knows that the lease is lost', async () => {
    await store.lease('fleet', 'one', 60_000, stop.signal);
    expect(lease.lost.aborted).toBe(true);

    await expect(mirror.commit([{ put: 'claims/a', value: 1 }])).rejects.toMatchObject({ code: 'LEASE_LOST' });

    expect(transactions).toEqual([]);
  });

  it('refuses a released lease by what the store says', async () => {
    await lease.release();

    await expect(mirror.commit([{ put: 'claims/a', value: 1 }])).rejects.toMatchObject({ code: 'LEASE_LOST' });

    expect(transactions).toHaveLength(1);
  });

  it('passes on the trouble of the store, and holds the truth again before it writes anything else', async () => {
    trouble = ['after', 'before'];

    const written = mirror.commit([{ put: 'claims/a', value: 'written' }]);
    await expect(written).rejects.toMatchObject({ disposition: 'Transient', code: 'STORE_UNAVAILABLE' });
    const lost = mirror.commit([{ put: 'claims/b', value: 'lost' }]);
    await expect(lost).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await mirror.commit([{ put: 'claims/c', value: 1 }]);

    expect(mirror.get('claims/a')).toBe('written');
    expect(mirror.get('claims/b')).toBeUndefined();
  });

  it('refuses a value that is too large without touching what is issued with it', async () => {
    const [large, small] = await Promise.allSettled([
      mirror.commit([{ put: 'objects/a', value: 'x'.repeat(2 * 1024 * 1024) }]),
      mirror.commit([{ put: 'objects/b', value: 'x' }]),
    ]);

    expect(large).toMatchObject({ status: 'rejected', reason: { code: 'VALUE_TOO_LARGE' } });
    expect(small).toMatchObject({ status: 'fulfilled', value: { ok: true } });
  });

  it('still writes what was issued before it is closed, and nothing after', async () => {
    const before = mirror.commit([{ put: 'claims/a', value: 1 }]);
    await mirror.close();

    await expect(mirror.commit([{ put: 'claims/b', value: 1 }])).rejects.toMatchObject({ disposition: 'Bug' });
    expect((await before).ok).toBe(true);
  });

  it('carries 40,000 keys and finds a few among them at once', async () => {
    const writes: Write[] = [];
    for (let host = 0; host < 10_000; host += 1) {
      for (const step of ['check', 'reboot', 'prove', 'put-back'])
        writes.push({ put: `journal/op/h${host}/${step}`, value: 1 });
    }
    await store.commit(writes);
    const large = await openMirror(store, lease);

    let found = 0;
    const took = await cpuTimeOf(() => {
      for (let host = 0; host < 10_000; host += 1) found += [...large.list(`journal/op/h${host}/`)].length;
    });

    expect(found).toBe(40_000);
    expect(took).toBeLessThan(2000);
    await large.close();
  });

  /** The store, with every transaction noted and some of them lost. */
  function observed(real: StateStore): StateStore {
    return {
      get: (key, signal): Promise<Entry | undefined> => {
        reads.push(key);
        return real.get(key, signal);
      },
      list: (prefix, options, signal) => real.list(prefix, options, signal),
      snapshot: (signal) => store.snapshot(signal),
      commit: async (writes, expectations: readonly Expectation[] = []): Promise<CommitResult> => {
        transactions.push([...writes]);
        const lost = trouble.shift();
        if (lost !== 'before') {
          const result = await real.commit(writes, expectations);
          if (lost === undefined) return result;
        }
        throw new Transient('The store went away.', { code: 'STORE_UNAVAILABLE' });
      },
      watch: (prefix, revision, signal) => real.watch(prefix, revision, signal),
      lease: (name, holder, ttlMs, signal) => real.lease(name, holder, ttlMs, signal),
      leaseHolder: (name) => real.leaseHolder(name),
      close: () => real.close(),
    };
  }
});
