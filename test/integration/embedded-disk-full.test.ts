import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openEmbeddedStore } from '../../reconciler/store/embedded-store.ts';
import type { StateStore } from '../../reconciler/store/state-store.ts';
import { describeWith } from '../support/real-parts.ts';
import { mountSmallDisk } from '../support/small-disk.ts';
import type { SmallDisk } from '../support/small-disk.ts';

const value = (round: number, size = 3000): string => `${round} ${'v'.repeat(size)}`;

describeWith(['mount'], 'the embedded store on a disk that fills up', () => {
  let disk: SmallDisk;
  let store: StateStore;
  beforeEach(async () => {
    disk = mountSmallDisk(16);
    store = await openEmbeddedStore({ folder: join(disk.folder, 'store') });
  });
  afterEach(async () => {
    await store.close();
    disk.remove();
  });

  /** Commits until one is refused; the number of the first that was. */
  async function commitUntilRefused(from: number): Promise<{ round: number; error: unknown }> {
    for (let round = from; ; round += 1) {
      const result = await store.commit([{ put: `k/${round}`, value: value(round) }]).catch((error: unknown) => error);
      if (result instanceof Error) return { round, error: result };
    }
  }

  it('says so, takes commits again once there is room, and holds every commit that was acknowledged', async () => {
    const acknowledged: number[] = [];
    for (let outage = 0, round = 0; outage < 4; outage += 1) {
      for (const end = round + 20; round < end; round += 1) {
        expect((await store.commit([{ put: `k/${round}`, value: value(round) }])).ok).toBe(true);
        acknowledged.push(round);
      }
      disk.fill();
      const refused = await commitUntilRefused(round);
      for (; round < refused.round; round += 1) acknowledged.push(round);
      round += 1;

      expect(refused.error).toMatchObject({ disposition: 'Transient', code: 'STORE_UNAVAILABLE' });
      expect((refused.error as { hint?: string }).hint).toContain('full');
      await expect(store.commit([{ put: 'still-full', value: value(0) }])).rejects.toMatchObject({
        code: 'STORE_UNAVAILABLE',
      });
      disk.free();
    }

    await store.commit([{ put: 'last', value: 1 }]);
    await store.close();
    store = await openEmbeddedStore({ folder: join(disk.folder, 'store') });

    for (const round of acknowledged) expect((await store.get(`k/${round}`))?.value).toBe(value(round));
    expect((await store.get('last'))?.value).toBe(1);
  });

  it('keeps leases over a full disk, and tells those who watch to list again', async () => {
    const lease = await store.lease('daemon', 'one', 60_000, new AbortController().signal);
    const { revision } = await store.list('');
    const watching = new AbortController();
    const hints = store.watch('', revision, watching.signal)[Symbol.asyncIterator]();
    const seen: string[] = [];
    const watched = (async () => {
      while (!seen.includes('after')) {
        const hint = (await hints.next()).value!;
        seen.push(hint.type === 'relist' ? 'relist' : hint.key);
      }
    })();
    disk.fill();
    await commitUntilRefused(0);

    disk.free();
    const result = await store.commit([{ put: 'after', value: 1 }], [{ lease: lease.token }]);
    await watched;

    expect(result.ok).toBe(true);
    expect(seen).toContain('relist');
    watching.abort();
  });

  it('never counts a revision twice, whatever became of the commit that failed', async () => {
    const first = await store.commit([{ put: 'a', value: 1 }]);
    disk.fill();
    await commitUntilRefused(0);
    disk.free();

    const next = await store.commit([{ put: 'a', value: 2 }]);
    appendFileSync(join(disk.folder, 'room'), 'there is room');

    expect(first.ok && next.ok && next.revision > first.revision).toBe(true);
    const revisions = (await store.list('')).entries.map((entry) => entry.revision);
    expect(Math.max(...revisions)).toBe(next.ok && next.revision);
    expect(new Set(revisions).size).toBe(revisions.length);
  });
});
