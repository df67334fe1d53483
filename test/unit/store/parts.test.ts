import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isInternalKey, keys } from '../../../reconciler/store/keys.ts';
import { HintFeed } from '../../../reconciler/store/hint-feed.ts';
import { Doubts, UNEXPLAINED } from '../../../reconciler/store/mirror-doubts.ts';
import { groupOf, type PendingCommit } from '../../../reconciler/store/mirror-group.ts';
import { SortedEntries } from '../../../reconciler/store/sorted-entries.ts';
import type { Expectation, WatchHint, Write } from '../../../reconciler/store/state-store.ts';
import { encodeWrites, MAX_BYTES, MAX_WRITES, splitWrites } from '../../../reconciler/store/writes.ts';

describe('sorted entries', () => {
  const key = fc.stringMatching(/^[abc]{1,2}(\/[ab.]{1,2}){0,2}$/);

  it('answer as a sorted map does, whatever is put in and taken out', () => {
    const change = fc.record({ key, remove: fc.boolean() });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 60 }), fc.stringMatching(/^[abc/]{0,3}$/), (changes, prefix) => {
        const sorted = new SortedEntries();
        const model = new Map<string, number>();
        for (const [revision, { key: name, remove }] of changes.entries()) {
          if (remove) expect(sorted.delete(name)).toBe(model.delete(name));
          else {
            sorted.set({ key: name, value: null, revision });
            model.set(name, revision);
          }
        }
        expect(sorted.keys(prefix)).toEqual([...model.keys()].filter((name) => name.startsWith(prefix)).sort());
        expect(sorted.size).toBe(model.size);
        for (const [name, revision] of model) expect(sorted.get(name)?.revision).toBe(revision);
      }),
    );
  });
});

describe('writes cut into transactions', () => {
  it('keep all writes in order, and each part within the limits', () => {
    const write = fc.record({ put: fc.uuid(), value: fc.nat(400_000).map((length) => 'x'.repeat(length)) });
    fc.assert(
      fc.property(fc.array(write, { maxLength: 12 }), fc.integer({ min: 0, max: 300 }), (large, many) => {
        const writes: Write[] = [...large, ...Array.from({ length: many }, (_, n) => ({ delete: `k${n}` }))];
        const parts = splitWrites(encodeWrites(writes));
        expect(parts.flat().map(({ write: each }) => each)).toEqual(writes);
        for (const part of parts) {
          expect(part.length).toBeLessThanOrEqual(MAX_WRITES);
          expect(part.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(MAX_BYTES);
        }
      }),
      { numRuns: 20 },
    );
  });

  it('are one empty transaction when there is nothing to write', () => {
    expect(splitWrites([])).toEqual([[]]);
  });
});

describe('a feed of hints', () => {
  const put = (revision: number): WatchHint => ({ type: 'put', key: 'a', revision });

  it('gives the hints in order to whoever comes late', async () => {
    const feed = new HintFeed(3);
    [1, 2, 3].forEach((revision) => feed.push(put(revision)));

    const read = await take(feed, 3);

    expect(read).toEqual([put(1), put(2), put(3)]);
  });

  it('gives one relist for all that did not fit, and then goes on', async () => {
    const feed = new HintFeed(3);
    [1, 2, 3, 4, 5].forEach((revision) => feed.push(put(revision)));

    expect(await take(feed, 2)).toEqual([{ type: 'relist' }, put(5)]);
  });

  it('drops what a relist covers', async () => {
    const feed = new HintFeed();
    feed.push(put(1));
    feed.push({ type: 'relist' });
    feed.push(put(2));

    expect(await take(feed, 2)).toEqual([{ type: 'relist' }, put(2)]);
  });

  it('ends at once when it is closed, also for one who waits', async () => {
    const feed = new HintFeed();
    const reading = take(feed, 1);

    feed.close();
    feed.push(put(1));

    expect(await reading).toEqual([]);
  });

  async function take(feed: HintFeed, count: number): Promise<WatchHint[]> {
    const read: WatchHint[] = [];
    for await (const hint of feed) {
      read.push(hint);
      if (read.length === count) break;
    }
    return read;
  }
});

describe('doubts', () => {
  it('leave out the echo of our own commits, and keep what another wrote after it', () => {
    const doubts = new Doubts();
    doubts.explain(7);
    doubts.add('claims/a', 7);
    doubts.add('claims/b', 7);
    doubts.add('claims/b', 8);

    expect(doubts.take().keys).toEqual(['claims/b']);
    expect(doubts.any).toBe(false);
  });

  it('are restored when nothing could be read', () => {
    const doubts = new Doubts();
    doubts.add('claims/a', UNEXPLAINED);
    doubts.addEverything();

    doubts.take().restore();

    expect(doubts.take().keys).toBe('everything');
  });

  it('become a doubt of everything when there are very many', () => {
    const doubts = new Doubts();
    for (let n = 0; n < 1000; n += 1) doubts.add(`claims/${n}`, n);

    expect(doubts.take().keys).toBe('everything');
  });
});

describe('commits that go together', () => {
  it('are as many as one transaction takes, in order', () => {
    const queue = Array.from({ length: 300 }, (_, n) => pending([{ put: `a${n}`, value: n }]));

    const groups = [groupOf(queue), groupOf(queue), groupOf(queue), groupOf(queue)];

    expect(groups.map((group) => group.length)).toEqual([MAX_WRITES, MAX_WRITES, 300 - 2 * MAX_WRITES, 0]);
  });

  it('end before one that expects something of a key written by an earlier one', () => {
    const queue = [
      pending([{ put: 'a', value: 1 }]),
      pending([{ put: 'b', value: 1 }], [{ key: 'c', revision: 0 }]),
      pending([], [{ key: 'b', revision: 3 }]),
    ];

    expect([groupOf(queue).length, groupOf(queue).length]).toEqual([2, 1]);
  });

  it('do not include one that is too large for a transaction', () => {
    const large = pending(Array.from({ length: 200 }, (_, n) => ({ put: `a${n}`, value: n })));
    const queue = [pending([{ put: 'b', value: 1 }]), large, pending([{ put: 'c', value: 1 }])];

    expect([groupOf(queue).length, groupOf(queue), groupOf(queue).length]).toEqual([1, [large], 1]);
  });

  function pending(writes: Write[], expectations: Expectation[] = []): PendingCommit {
    return { writes: encodeWrites(writes), expectations, resolve: () => undefined, reject: () => undefined };
  }
});

describe('keys', () => {
  it('tell those that a store keeps for itself from those of the daemon', () => {
    expect([keys.lease('fleet'), keys.transaction('x', 0)].every(isInternalKey)).toBe(true);
    expect([keys.meta, keys.object('Host/a'), keys.claim('a')].some(isInternalKey)).toBe(false);
  });
});
