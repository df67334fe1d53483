import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Lease, StateStore, WatchHint } from '../../reconciler/store/state-store.ts';
import { openEtcdStore } from '../../reconciler/store/etcd-store.ts';
import type { EtcdOptions } from '../../reconciler/store/etcd-connection.ts';
import { freshFleet, startEtcd, type TestEtcd } from '../support/etcd.ts';
import { eventually } from '../support/eventually.ts';
import { describeWith } from '../support/real-parts.ts';

/** Long beside what a call takes on a machine with other work to do. */
const CALL_MS = 1000;

describeWith(['etcd'], 'the etcd store in trouble', () => {
  let etcd: TestEtcd;
  let fleet: string;
  let store: StateStore;
  let ended: AbortController;
  const opened: StateStore[] = [];

  beforeAll(async () => {
    etcd = await startEtcd();
  });
  afterAll(() => etcd.stop());
  beforeEach(async () => {
    fleet = freshFleet();
    ended = new AbortController();
    store = await open();
  });
  afterEach(async () => {
    etcd.resume();
    ended.abort();
    await Promise.all(opened.splice(0).map((each) => each.close()));
  });

  it('fails reads of a frozen server as Transient within their deadline, and serves again as soon as it does', async () => {
    await store.commit([{ put: 'a', value: 1 }]);
    etcd.freeze();

    const times: number[] = [];
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const before = performance.now();
      await expect(store.get('a')).rejects.toMatchObject({ disposition: 'Transient', code: 'STORE_UNAVAILABLE' });
      times.push(performance.now() - before);
    }
    etcd.resume();

    // No breaker either: the first call after the freeze gets through.
    expect((await eventually(() => store.get('a'), { timeoutMs: 2000 })).value).toBe(1);
    expect(Math.max(...times)).toBeLessThan(CALL_MS * 4);
  });

  it('gives a hint with an error that says what to check', async () => {
    const free = await startEtcd();
    await free.stop();

    const attempt = openEtcdStore({ endpoints: [free.endpoint], fleet, callTimeoutMs: CALL_MS });

    await expect(attempt).rejects.toMatchObject({
      disposition: 'Transient',
      code: 'STORE_UNAVAILABLE',
      message: expect.stringContaining(free.endpoint),
      hint: expect.stringContaining('etcd'),
    });
  });

  it('finds out what became of a commit whose answer did not come', async () => {
    for (const frozenMs of [CALL_MS * 1.5, CALL_MS * 3]) {
      await store.commit([{ put: 'a', value: 'old' }]);
      etcd.freeze();
      const committing = store.commit(
        [{ put: `claims/${frozenMs}`, value: 'mine' }],
        [{ key: `claims/${frozenMs}`, revision: 0 }],
      );
      thaw(frozenMs);

      const result = await committing;

      // A silent retry would have met its own first attempt and answered that somebody else holds the claim.
      expect(result).toEqual({ ok: true, revision: expect.any(Number) });
      const entry = await store.get(`claims/${frozenMs}`);
      expect(entry).toEqual({
        key: `claims/${frozenMs}`,
        value: 'mine',
        revision: (result as { revision: number }).revision,
      });
    }
  });

  it('writes a commit once at most, however many freezes it meets', async () => {
    const watched: WatchHint[] = [];
    const { revision } = await store.list('');
    void follow(await open({ callTimeoutMs: 20_000 }), revision, watched);
    const results: unknown[] = [];

    for (let n = 0; n < 5; n += 1) {
      etcd.freeze();
      const committing = store.commit([{ put: 'counter', value: n }]);
      thaw(CALL_MS * (0.9 + n / 10));
      results.push(await committing);
    }

    expect(results).toEqual(Array(5).fill({ ok: true, revision: expect.any(Number) }));
    await eventually(() => watched.length >= 5);
    expect(watched.map((hint) => hint.type)).toEqual(Array(5).fill('put'));
  });

  it('says that it cannot tell when the server stays away, and never that the commit failed', async () => {
    const short = await open({ commitTimeoutMs: 1000 });
    etcd.freeze();

    const committing = short.commit([{ put: 'a', value: 1 }]);

    await expect(committing).rejects.toMatchObject({ disposition: 'Transient', code: 'STORE_OUTCOME_UNKNOWN' });
    etcd.resume();
    expect((await short.commit([{ put: 'b', value: 1 }])).ok).toBe(true);
  });

  it('says that a commit was not written when the server was not there', async () => {
    const short = await open({ commitTimeoutMs: 1500 });
    await etcd.kill();

    const committing = short.commit([{ put: 'a', value: 1 }]);

    await expect(committing).rejects.toMatchObject({ disposition: 'Transient' });
    await etcd.restart();
    expect(await eventually(() => short.get('a').then((entry) => entry === undefined))).toBe(true);
  });

  it('goes on after the server was killed and started again, with everything it had', async () => {
    await store.commit([{ put: 'a', value: 1 }]);
    const hints: WatchHint[] = [];
    void follow(store, (await store.list('')).revision, hints);

    await etcd.restart();
    await eventually(async () => (await store.commit([{ put: 'b', value: 2 }])).ok);

    expect((await store.get('a'))?.value).toBe(1);
    await eventually(() => hints.some((hint) => hint.type === 'relist'));
    await store.commit([{ put: 'c', value: 3 }]);
    await eventually(() => hints.some((hint) => hint.type === 'put' && hint.key === 'c'));
  });

  it('tells a watch from a compacted revision to list again, and goes on', async () => {
    const first = await store.commit([{ put: 'a', value: 0 }]);
    for (let n = 1; n < 5; n += 1) await store.commit([{ put: 'a', value: n }]);
    await etcd.compact();
    const hints: WatchHint[] = [];

    void follow(store, (first as { revision: number }).revision, hints);

    await eventually(() => hints.length > 0);
    expect(hints[0]).toEqual({ type: 'relist' });
    await store.commit([{ put: 'b', value: 1 }]);
    await eventually(() => hints.some((hint) => hint.type === 'put' && hint.key === 'b'));
  });

  it('survives a compaction under a watch that stands', async () => {
    const hints: WatchHint[] = [];
    void follow(store, (await store.list('')).revision, hints);
    await store.commit([{ put: 'a', value: 1 }]);
    await eventually(() => hints.length === 1);

    await etcd.compact();
    await store.commit([{ put: 'b', value: 1 }]);

    await eventually(() => hints.some((hint) => hint.type === 'put' && hint.key === 'b'));
    expect(hints).toHaveLength(2);
  });

  it('tells a watch to list again after an older backup was restored, and hears what changes then', async () => {
    await store.commit([{ put: 'a', value: 'kept' }]);
    const backup = await etcd.snapshot();
    await eventually(() => store.get('a'));
    for (let n = 0; n < 20; n += 1) await store.commit([{ put: 'lost', value: n }]);
    const hints: WatchHint[] = [];
    void follow(store, (await store.list('')).revision, hints);

    await etcd.restore(backup);

    await eventually(() => hints.some((hint) => hint.type === 'relist'));
    expect(await eventually(() => store.get('a'))).toMatchObject({ value: 'kept' });
    expect(await store.get('lost')).toBeUndefined();
    // The revision is far behind the one that the watch had reached: a watch that waits for it would stay silent.
    await store.commit([{ put: 'new', value: 1 }]);
    await eventually(() => hints.some((hint) => hint.type === 'put' && hint.key === 'new'));
  });

  it('reminds a watch to list again now and then', async () => {
    const restless = await open({ relistEveryMs: 100 });
    const hints: WatchHint[] = [];

    void follow(restless, (await restless.list('')).revision, hints);

    await eventually(() => hints.filter((hint) => hint.type === 'relist').length >= 2);
    expect(new Set(hints.map((hint) => hint.type))).toEqual(new Set(['relist']));
  });

  it('ends a lease by its own reckoning while the server is frozen, before the server can give it away', async () => {
    const ttlMs = 4000;
    const lease = await store.lease('fleet', 'one', ttlMs, ended.signal);
    const before = performance.now();
    etcd.freeze();

    await lostOf(lease);

    expect(performance.now() - before).toBeLessThan(ttlMs);
    etcd.resume();
    const result = await eventually(() => store.commit([{ put: 'a', value: 1 }], [{ lease: lease.token }]));
    const other = await (await open()).lease('fleet', 'two', 1000, ended.signal);
    const late = await store.commit([{ put: 'a', value: 2 }], [{ lease: lease.token }]);
    expect(result).toBeDefined();
    expect(late).toEqual({ ok: false, failed: { lease: lease.token } });
    await other.release();
  });

  it('keeps a lease over a restart of the server that is shorter than its time to live', async () => {
    const lease = await store.lease('fleet', 'one', 10_000, ended.signal);

    await etcd.restart();

    const result = await eventually(() => store.commit([{ put: 'a', value: 1 }], [{ lease: lease.token }]));
    expect(result.ok).toBe(true);
    expect(lease.lost.aborted).toBe(false);
    await lease.release();
  });

  it('loses a lease whose key was removed by hand', async () => {
    const lease = await store.lease('fleet', 'one', 1000, ended.signal);
    const key = Buffer.from(`/intendant/${fleet}/leases/fleet`).toString('base64');

    await etcd.gateway('kv/deleterange', { key });

    await lostOf(lease);
    expect(lease.lost.reason).toMatchObject({ message: expect.stringContaining('removed or taken over') });
  });

  it('goes on waiting for a lease while the server comes and goes', async () => {
    const holder = await open();
    await holder.lease('fleet', 'one', 1000, ended.signal);
    const waiting = store.lease('fleet', 'two', 1000, ended.signal);

    await etcd.restart();
    await holder.close();

    const lease = await waiting;
    expect(await store.leaseHolder('fleet')).toBe('two');
    await lease.release();
  });

  it('lists 10,000 keys in pages of 500 without a gap', async () => {
    const padding = 'x'.repeat(600);
    const names = Array.from({ length: 10_000 }, (_, n) => `objects/Host/${String(n).padStart(5, '0')}`);
    const patient = await open({ callTimeoutMs: 10_000 });
    await patient.commit(names.map((put) => ({ put, value: { padding } })));

    const found: string[] = [];
    let pages = 0;
    let after: string | undefined;
    do {
      const page = await patient.list('objects/', { after });
      found.push(...page.entries.map(({ key }) => key));
      pages += 1;
      after = page.next;
    } while (after !== undefined);

    expect(found).toEqual(names);
    expect(pages).toBe(20);
  });

  it('lists values that together are larger than one answer may be', async () => {
    const large = 'x'.repeat(900_000);
    const names = Array.from({ length: 45 }, (_, n) => `output/${String(n).padStart(2, '0')}`);
    const patient = await open({ callTimeoutMs: 10_000 });
    await patient.commit(names.map((put) => ({ put, value: large })));

    const page = await patient.list('output/');

    expect(page.entries.length).toBeLessThan(45);
    expect(page.next).toBe(page.entries.at(-1)?.key);
  });

  it('leaves nothing of its transactions behind when it is closed', async () => {
    const other = await open();
    await Promise.all([1, 2, 3].map((n) => other.commit([{ put: 'a', value: n }])));

    await other.close();

    const prefix = Buffer.from(`/intendant/${fleet}/transactions/`);
    const answer = await etcd.gateway('kv/range', {
      key: prefix.toString('base64'),
      range_end: Buffer.from(`/intendant/${fleet}/transactions0`).toString('base64'),
    });
    expect(answer['kvs']).toBeUndefined();
  });

  it('refuses a store that a newer version has written', async () => {
    await store.commit([{ put: 'meta', value: { format: 999, id: 'x', epoch: 1, version: '99.0.0' } }]);

    await expect(open()).rejects.toMatchObject({ disposition: 'InvalidInput', code: 'STORE_TOO_NEW' });
  });

  async function open(options: Partial<EtcdOptions> = {}): Promise<StateStore> {
    const each = await openEtcdStore({ endpoints: [etcd.endpoint], fleet, callTimeoutMs: CALL_MS, ...options });
    opened.push(each);
    return each;
  }

  function follow(from: StateStore, revision: number, hints: WatchHint[]): Promise<void> {
    return (async () => {
      for await (const hint of from.watch('', revision, ended.signal)) hints.push(hint);
    })();
  }

  /** Lets the server go on after a while: the freeze itself is what is tried. */
  function thaw(afterMs: number): void {
    setTimeout(() => etcd.resume(), afterMs);
  }
});

function lostOf(lease: Lease): Promise<unknown> {
  return new Promise((resolve) => lease.lost.addEventListener('abort', resolve, { once: true }));
}
