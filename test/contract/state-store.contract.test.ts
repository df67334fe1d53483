import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readMeta } from '../../reconciler/store/meta.ts';
import { rewriteStore } from '../../reconciler/store/rewrite.ts';
import type { StateStore, WatchHint, Write } from '../../reconciler/store/state-store.ts';
import { passedThrough } from '../support/crashing-store.ts';
import { eventually } from '../support/eventually.ts';
import { describeWith } from '../support/real-parts.ts';
import { embeddedSubject, etcdSubject, TTL_MS, type StoreSubject } from '../support/store-subjects.ts';

describe('the embedded store', () => contract(embeddedSubject));
describeWith(['etcd'], 'the etcd store', () => contract(etcdSubject));

function contract(start: () => Promise<StoreSubject>): void {
  let subject: StoreSubject;
  let store: StateStore;
  let ended: AbortController;

  beforeAll(async () => {
    subject = await start();
  });
  afterAll(() => subject.stop());
  beforeEach(async () => {
    await subject.reset();
    store = subject.store();
    ended = new AbortController();
  });
  afterEach(() => {
    ended.abort();
    subject.unstall();
  });

  describe('transactions', () => {
    it('reads back what was written, with the revision of the write', async () => {
      const result = await store.commit([{ put: 'objects/Host/a', value: { status: 'active', list: [1, null, 'é'] } }]);

      const entry = await store.get('objects/Host/a');
      expect(result).toEqual({ ok: true, revision: entry?.revision });
      expect(entry?.value).toEqual({ status: 'active', list: [1, null, 'é'] });
    });

    it('knows no absent key', async () => {
      await store.commit([{ put: 'a', value: 1 }]);

      await store.commit([{ delete: 'a' }, { delete: 'never-there' }]);

      expect(await store.get('a')).toBeUndefined();
    });

    it('raises the revision with every commit', async () => {
      const first = await revisionOf([{ put: 'a', value: 1 }]);
      const second = await revisionOf([{ put: 'b', value: 1 }]);

      expect(second).toBeGreaterThan(first);
    });

    it('writes when the keys stand at the expected revisions', async () => {
      const revision = await revisionOf([{ put: 'a', value: 1 }]);

      const expected = [
        { key: 'a', revision },
        { key: 'b', revision: 0 },
      ];
      const result = await store.commit([{ put: 'b', value: 2 }], expected);

      expect(result.ok).toBe(true);
    });

    it('writes nothing when an expectation fails, and says which', async () => {
      const revision = await revisionOf([{ put: 'a', value: 1 }]);
      await store.commit([{ put: 'a', value: 2 }]);

      const expected = [
        { key: 'b', revision: 0 },
        { key: 'a', revision },
      ];
      const result = await store.commit([{ put: 'b', value: 2 }, { delete: 'a' }], expected);

      expect(result).toEqual({ ok: false, failed: { key: 'a', revision } });
      expect(await store.get('b')).toBeUndefined();
      expect((await store.get('a'))?.value).toBe(2);
    });

    it('refuses to create what is there already', async () => {
      await store.commit([{ put: 'claims/a', value: 'one' }], [{ key: 'claims/a', revision: 0 }]);

      const result = await store.commit([{ put: 'claims/a', value: 'two' }], [{ key: 'claims/a', revision: 0 }]);

      expect(result.ok).toBe(false);
      expect((await store.get('claims/a'))?.value).toBe('one');
    });

    it('lets exactly one of many racing creators win', async () => {
      const stores = [store, subject.other()];
      const racers = Array.from({ length: 20 }, (_, n) =>
        stores[n % 2]!.commit([{ put: 'a', value: n }], [{ key: 'a', revision: 0 }]),
      );

      const results = await Promise.all(racers);

      const winners = results.flatMap((result, n) => (result.ok ? [n] : []));
      expect(winners).toHaveLength(1);
      expect((await store.get('a'))?.value).toBe(winners[0]);
    });

    it('keeps the last of several writes of one key', async () => {
      await store.commit([{ put: 'a', value: 1 }, { delete: 'a' }, { put: 'a', value: 3 }]);

      expect((await store.get('a'))?.value).toBe(3);
    });

    it('checks expectations without writing anything', async () => {
      const result = await store.commit([], [{ key: 'a', revision: 7 }]);

      expect(result.ok).toBe(false);
    });

    it('takes more writes than fit one transaction', async () => {
      const writes: Write[] = numbers(300).map((n) => ({ put: `objects/${n}`, value: n }));

      const result = await store.commit(writes, [{ key: 'objects/000', revision: 0 }]);

      expect(result.ok).toBe(true);
      expect((await store.list('objects/')).entries).toHaveLength(300);
    });

    it('takes more bytes than fit one transaction', async () => {
      const large = 'x'.repeat(300_000);
      const writes: Write[] = numbers(12).map((n) => ({ put: `output/${n}`, value: large + n }));

      await store.commit(writes);

      expect((await store.get('output/011'))?.value).toBe(`${large}011`);
      expect(await readAll('output/', 500)).toHaveLength(12);
    });

    it('refuses one value that fits no transaction', async () => {
      const attempt = store.commit([
        { put: 'small', value: 1 },
        { put: 'large', value: 'x'.repeat(1024 * 1024) },
      ]);

      await expect(attempt).rejects.toMatchObject({ disposition: 'InvalidInput', code: 'VALUE_TOO_LARGE' });
      expect(await store.get('small')).toBeUndefined();
    });

    it('does nothing once the signal is aborted', async () => {
      const reason = new Error('stop');

      const attempt = store.commit([{ put: 'a', value: 1 }], [], AbortSignal.abort(reason));

      await expect(attempt).rejects.toBe(reason);
      expect(await store.get('a')).toBeUndefined();
    });

    it('keeps everything over a crash, and the revision goes on', async () => {
      const before = await revisionOf([{ put: 'a', value: 1 }]);

      await subject.crash();
      store = subject.store();

      expect(await store.get('a')).toEqual({ key: 'a', value: 1, revision: before });
      expect(await revisionOf([{ put: 'b', value: 1 }])).toBeGreaterThan(before);
    });
  });

  describe('lists', () => {
    it('gives the keys with the prefix and no others, in order', async () => {
      const names = ['hosts/b', 'hosts/a', 'hosts-x/a', 'hosts', 'host/a', 'hosts/a.b', 'hosts/a-b'];
      await store.commit(names.map((put) => ({ put, value: 1 })));

      const page = await store.list('hosts/');

      expect(page.entries.map(({ key }) => key)).toEqual(['hosts/a', 'hosts/a-b', 'hosts/a.b', 'hosts/b']);
      expect(page.next).toBeUndefined();
    });

    it('gives pages that meet without gap or overlap', async () => {
      await store.commit(numbers(25).map((n) => ({ put: `a/${n}`, value: n })));

      const entries = await readAll('a/', 10);

      expect(entries).toEqual(numbers(25).map((n) => `a/${n}`));
    });

    it('gives at most 500 at once, whatever is asked for', async () => {
      await store.commit(numbers(600).map((n) => ({ put: `a/${n}`, value: n })));

      const page = await store.list('a/', { limit: 10_000 });

      expect(page.entries).toHaveLength(500);
      expect(page.next).toBe('a/499');
    });

    it('lists all keys with an empty prefix, without those that it keeps for itself', async () => {
      await store.commit([{ put: 'b', value: 1 }]);
      const lease = await store.lease('fleet', 'one', TTL_MS, ended.signal);
      await store.commit([{ put: 'a', value: 1 }]);

      const page = await store.list('');

      expect(page.entries.map(({ key }) => key)).toEqual(['a', 'b']);
      await lease.release();
    });
  });

  describe('snapshots', () => {
    it('give everything as it stood at one moment, while others write', async () => {
      await store.commit(numbers(900).map((n) => ({ put: `a/${n}`, value: 'before' })));
      const found: [string, unknown][] = [];

      for await (const page of store.snapshot()) {
        if (found.length === 0) {
          await subject.other().commit(numbers(900).map((n) => ({ put: `a/${n}`, value: 'after' })));
          await subject.other().commit([{ delete: 'a/800' }, { put: 'b', value: 'after' }]);
        }
        expect(page.length).toBeLessThanOrEqual(500);
        found.push(...page.map(({ key, value }): [string, unknown] => [key, value]));
      }

      expect(found).toEqual(numbers(900).map((n) => [`a/${n}`, 'before']));
    });

    it('leave out what the store keeps for itself, and give nothing of an empty one', async () => {
      const lease = await store.lease('fleet', 'one', TTL_MS, ended.signal);
      const found: string[] = [];

      for await (const page of store.snapshot()) found.push(...page.map(({ key }) => key));

      expect(found).toEqual([]);
      await lease.release();
    });

    it('end with the reason when aborted', async () => {
      await store.commit(numbers(600).map((n) => ({ put: `a/${n}`, value: n })));
      const abort = new AbortController();
      const reading = (async () => {
        for await (const _ of store.snapshot(abort.signal)) abort.abort(new Error('enough'));
      })();

      await expect(reading).rejects.toThrow('enough');
    });
  });

  describe('a rewriting of the whole store', () => {
    const meta = { format: 1, id: 'new', epoch: 3, version: '1.0.0', sequence: 7 };
    const entries = numbers(950).map((n) => ({ key: `objects/Host/h${n}`, value: Number(n) }));
    const contents = { meta, entries, command: 'store import FILE' };

    async function everything(): Promise<Record<string, unknown>> {
      const found: Record<string, unknown> = {};
      for await (const page of store.snapshot()) for (const { key, value } of page) found[key] = value;
      return found;
    }

    it('leaves what it was given and the brake, and nothing else', async () => {
      await store.commit([
        { put: 'meta', value: { format: 1, id: 'old', epoch: 1, version: '1.0.0' } },
        { put: 'halt', value: 'pulled' },
        ...numbers(700).map((n) => ({ put: `journal/${n}`, value: n })),
      ]);
      const lease = await store.lease('fleet', 'one', TTL_MS, ended.signal);

      await rewriteStore(store, lease, contents);

      const expected = Object.fromEntries(entries.map(({ key, value }) => [key, value]));
      expect(await everything()).toEqual({ ...expected, meta, halt: 'pulled' });
      await lease.release();
    });

    it('cut off at any write, is either what was before or is incomplete, and is carried out when it is typed again', async () => {
      const old = { format: 1, id: 'old', epoch: 1, version: '1.0.0' };
      const lease = await store.lease('fleet', 'one', 60_000, ended.signal);
      const seen: string[] = [];
      let done = false;
      for (let last = 0; !done; last += 1) {
        await store.commit([
          { put: 'meta', value: old },
          { put: 'journal/a', value: 1 },
        ]);
        let writes = 0;
        const cut: StateStore = {
          ...passedThrough(store),
          commit: async (...commit) => {
            if (writes === last) throw new Error('the power is gone');
            writes += 1;
            return store.commit(...commit);
          },
        };

        done = await rewriteStore(cut, lease, contents).then(
          () => true,
          () => false,
        );

        const state = await readMeta(store).then(
          (found) => found?.id,
          (error: { code: string; hint: string }) => `${error.code}: ${error.hint}`,
        );
        seen.push(String(state));
        await rewriteStore(store, lease, contents);
        expect(Object.keys(await everything())).toHaveLength(entries.length + 1);
      }
      const refused =
        'STORE_INCOMPLETE: Type it again: intendant store import FILE; nothing acts on the store until it is whole.';
      expect([seen[0], new Set(seen.slice(1, -1)), seen.at(-1)]).toEqual(['old', new Set([refused]), 'new']);
      await lease.release();
    });

    it('stops when the lease is lost, and stays incomplete', async () => {
      const lease = await store.lease('fleet', 'one', TTL_MS, ended.signal);
      async function* losing() {
        for (const entry of entries) yield entry;
        await lease.release();
        yield { key: 'last', value: 1 };
      }

      const attempt = rewriteStore(store, lease, { ...contents, entries: losing() });

      await expect(attempt).rejects.toMatchObject({ code: 'LEASE_LOST' });
      await expect(readMeta(store)).rejects.toMatchObject({ code: 'STORE_INCOMPLETE' });
    });
  });

  describe('watches', () => {
    it('gives a hint of every change after the revision, and of no other prefix', async () => {
      await store.commit([{ put: 'a/before', value: 1 }]);
      const { revision } = await store.list('a/');
      await store.commit([{ put: 'a/missed', value: 1 }]);
      const hints = collect('a/', revision);

      await subject.other().commit([{ put: 'b/other', value: 1 }]);
      await subject.other().commit([{ put: 'a/new', value: 1 }]);
      await subject.other().commit([{ delete: 'a/before' }]);

      const seen = (): string[] =>
        hints.map((hint) => (hint.type === 'relist' ? 'relist' : `${hint.type} ${hint.key}`));
      await eventually(() => seen().length >= 3);
      expect(seen()).toEqual(['put a/missed', 'put a/new', 'delete a/before']);
    });

    it('names in each hint the revision of the change', async () => {
      const { revision } = await store.list('');
      const hints = collect('', revision);

      const written = await revisionOf([{ put: 'a', value: 1 }]);

      await eventually(() => hints.length > 0);
      expect(hints).toEqual([{ type: 'put', key: 'a', revision: written }]);
    });

    it('tells a reader that is too slow to list again', async () => {
      const { revision } = await store.list('');
      const iterator = store.watch('', revision, ended.signal)[Symbol.asyncIterator]();
      const first = iterator.next();
      await store.commit([{ put: 'first', value: 1 }]);
      await first;
      await store.commit(numbers(100).map((n) => ({ put: n, value: n })));

      const types: string[] = [];
      await eventually(async () => {
        const next = await iterator.next();
        types.push((next.value as WatchHint).type);
        return types.includes('relist');
      });

      expect(types.at(-1)).toBe('relist');
    });

    it('tells a reader from the future, of a store that was restored, to list again', async () => {
      await store.commit([{ put: 'a', value: 1 }]);
      const hints = collect('', 1_000_000);

      await eventually(() => hints.some(({ type }) => type === 'relist'));

      expect(hints[0]).toEqual({ type: 'relist' });
    });

    it('ends when aborted', async () => {
      const { revision } = await store.list('');
      const abort = new AbortController();
      const reading = (async () => {
        for await (const _ of store.watch('', revision, abort.signal)) continue;
        return 'ended';
      })();

      abort.abort();

      expect(await reading).toBe('ended');
    });

    it('ends when the store is closed', async () => {
      const { revision } = await store.list('');
      const reading = (async () => {
        for await (const _ of store.watch('', revision, ended.signal)) continue;
        return 'ended';
      })();

      await store.close();

      expect(await reading).toBe('ended');
      await expect(store.get('a')).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    });
  });

  describe('leases', () => {
    it('are held by one at a time, and say by whom', async () => {
      const lease = await store.lease('fleet', 'one', TTL_MS, ended.signal);
      let second = 'waits';
      const waiting = subject.other().lease('fleet', 'two', TTL_MS, ended.signal);
      waiting.then(
        () => (second = 'holds'),
        () => (second = 'gave up'),
      );

      await outlive(TTL_MS);

      expect(second).toBe('waits');
      expect(lease.lost.aborted).toBe(false);
      expect(await subject.other().leaseHolder('fleet')).toBe('one');
    });

    it('go to the one who waits as soon as they are released', async () => {
      const lease = await store.lease('fleet', 'one', 60_000, ended.signal);
      const waiting = subject.other().lease('fleet', 'two', TTL_MS, ended.signal);

      await lease.release();
      const second = await waiting;

      expect(await store.leaseHolder('fleet')).toBe('two');
      await second.release();
      expect(await store.leaseHolder('fleet')).toBeUndefined();
    });

    it('of different names are independent', async () => {
      const fleet = await store.lease('fleet', 'one', TTL_MS, ended.signal);
      const status = await subject.other().lease('status', 'two', TTL_MS, ended.signal);

      expect(fleet.token).not.toEqual(status.token);
      await Promise.all([fleet.release(), status.release()]);
    });

    it('are released any number of times, and never somebody else’s', async () => {
      const first = await store.lease('fleet', 'one', TTL_MS, ended.signal);
      await Promise.all([first.release(), first.release()]);
      const second = await subject.other().lease('fleet', 'two', TTL_MS, ended.signal);

      await first.release();

      expect(await store.leaseHolder('fleet')).toBe('two');
      expect(first.lost.aborted).toBe(false);
      await second.release();
    });

    it('are waited for until aborted', async () => {
      const lease = await store.lease('fleet', 'one', TTL_MS, ended.signal);
      const abort = new AbortController();
      const waiting = subject.other().lease('fleet', 'two', TTL_MS, abort.signal);

      abort.abort(new Error('stopped waiting'));

      await expect(waiting).rejects.toThrow('stopped waiting');
      await lease.release();
      expect(await store.leaseHolder('fleet')).toBeUndefined();
    });

    it('are lost before another can hold them, and the loser can write no more', async () => {
      const order: string[] = [];
      const lease = await store.lease('fleet', 'one', TTL_MS, ended.signal);
      lease.lost.addEventListener('abort', () => order.push('lost'));
      const fenced = [{ lease: lease.token }];
      expect((await store.commit([{ put: 'a', value: 'mine' }], fenced)).ok).toBe(true);

      subject.stall();
      const second = await subject.other().lease('fleet', 'two', TTL_MS, ended.signal);
      order.push('taken');
      subject.unstall();

      expect(order).toEqual(['lost', 'taken']);
      expect(lease.held()).toBe(false);
      const late = await store.commit([{ put: 'a', value: 'late' }], fenced);
      expect(late).toEqual({ ok: false, failed: { lease: lease.token } });
      expect((await store.get('a'))?.value).toBe('mine');
      await second.release();
    });

    it('carry on for a holder that works longer than the time to live', async () => {
      const lease = await store.lease('fleet', 'one', TTL_MS, ended.signal);

      await outlive(2 * TTL_MS);

      const result = await store.commit([{ put: 'a', value: 1 }], [{ lease: lease.token }]);
      expect(result.ok).toBe(true);
      expect(lease.lost.aborted).toBe(false);
      expect(lease.held()).toBe(true);
    });

    it('of a dead holder go to another when they have run out', async () => {
      const lease = await store.lease('fleet', 'one', TTL_MS, ended.signal);

      await subject.crash();
      const second = await subject.other().lease('fleet', 'two', TTL_MS, ended.signal);

      expect(lease.lost.aborted).toBe(true);
      const old = await subject.other().commit([{ put: 'a', value: 1 }], [{ lease: lease.token }]);
      expect(old.ok).toBe(false);
      await second.release();
    });

    it('are taken over at once by the same holder, and the older holding is void', async () => {
      const old = await store.lease('fleet', 'one', 600_000, ended.signal);

      const lease = await subject.other().lease('fleet', 'one', TTL_MS, ended.signal);

      const [late, now] = [
        await store.commit([{ put: 'a', value: 1 }], [{ lease: old.token }]),
        await store.commit([{ put: 'a', value: 1 }], [{ lease: lease.token }]),
      ];
      expect(late.ok).toBe(false);
      expect(now.ok).toBe(true);
      await old.release();
      expect(await store.leaseHolder('fleet')).toBe('one');
      await lease.release();
    });

    it('guard every transaction of a commit that needs several', async () => {
      const lease = await store.lease('fleet', 'one', TTL_MS, ended.signal);
      await lease.release();

      const writes: Write[] = numbers(300).map((n) => ({ put: `a/${n}`, value: n }));
      const result = await store.commit(writes, [{ lease: lease.token }]);

      expect(result.ok).toBe(false);
      expect((await store.list('a/')).entries).toEqual([]);
    });
  });

  async function revisionOf(writes: Write[]): Promise<number> {
    const result = await store.commit(writes);
    if (!result.ok) throw new Error('the commit was refused');
    return result.revision;
  }

  async function readAll(prefix: string, limit: number): Promise<string[]> {
    const found: string[] = [];
    let after: string | undefined;
    do {
      const page = await store.list(prefix, { after, limit });
      found.push(...page.entries.map(({ key }) => key));
      after = page.next;
    } while (after !== undefined);
    return found;
  }

  /** Hints as they come, in the background. */
  function collect(prefix: string, revision: number): WatchHint[] {
    const hints: WatchHint[] = [];
    void (async () => {
      for await (const hint of store.watch(prefix, revision, ended.signal)) hints.push(hint);
    })();
    return hints;
  }
}

/** Waits until so much time has passed that an unrenewed lease would have run out. */
async function outlive(ttlMs: number): Promise<void> {
  const until = performance.now() + ttlMs * 1.5;
  await eventually(() => performance.now() > until, { everyMs: 100 });
}

/** `000`, `001`, …: sorted as text. */
function numbers(count: number): string[] {
  return Array.from({ length: count }, (_, n) => String(n).padStart(3, '0'));
}
