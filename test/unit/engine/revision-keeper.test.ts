import { describe, expect, it } from 'vitest';
import { RevisionKeeper } from '../../../reconciler/engine/revision-keeper.ts';
import { systemClock } from '../../../reconciler/model/clock.ts';
import { InvalidInput } from '../../../reconciler/model/errors.ts';
import type { InventoryChange } from '../../../reconciler/source/inventory/inventory-builder.ts';
import type { ConfigSource } from '../../../reconciler/source/source.ts';
import { changeOf, documentOf } from '../../support/inventory.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { MemoryLive } from '../../support/memory-live.ts';
import { silentLog } from '../../support/silent-log.ts';

const never = new AbortController().signal;

/** A repository whose commits each change some files; a diff is what the commits between two of them say. */
function sourceOf(commits: readonly InventoryChange[]): ConfigSource {
  const at = (commit: string | undefined): number => commits.findIndex((change) => change.commit === commit);
  return {
    tip: async () => commits.at(-1)!.commit,
    fetch: async () => undefined,
    async diff(from, to) {
      const between = commits.slice(at(from) + 1, at(to) + 1);
      return { commit: to, changed: between.flatMap(({ changed }) => changed), removed: [], diagnostics: [] };
    },
    async *parse(oids) {
      for (const { parsed } of commits) {
        yield oids.flatMap((oid) => (parsed.has(oid) ? [parsed.get(oid)!] : []));
      }
    },
    commitInfo: async () => Promise.reject(new Error('not asked for')),
    onHint: () => undefined,
    close: async () => undefined,
  };
}

const hosts = (from: number, to: number): Record<string, string> =>
  Object.fromEntries(
    Array.from({ length: to - from }, (_, index) => {
      const name = `h-${from + index}`;
      return [name, documentOf('Host', name, { address: `${name}.example` })];
    }),
  );

describe('RevisionKeeper', () => {
  it('takes up a newer tip after the one that it is busy with, and loses the news of neither', async () => {
    const live = new MemoryLive();
    const source = sourceOf([changeOf('c1', hosts(0, 2000)), changeOf('c2', hosts(2000, 2003))]);
    const keeper = new RevisionKeeper({ source, live, branch: 'main', clock: systemClock, log: silentLog });

    const [first, second] = await Promise.all([keeper.advance('c1', never), keeper.advance('c2', never)]);

    expect([first?.size, [...(second ?? [])]]).toEqual([2000, ['Host/h-2000', 'Host/h-2001', 'Host/h-2002']]);
    expect(keeper.inventory.keys()).toHaveLength(2003);
    expect(keeper.record).toMatchObject({ accepted: 'c2', sequence: 2 });
  });

  it('has the whole of the last revision in force while it takes up the next', async () => {
    const live = new MemoryLive();
    const source = sourceOf([changeOf('c1', hosts(0, 3)), changeOf('c2', hosts(3, 3000))]);
    const keeper = new RevisionKeeper({ source, live, branch: 'main', clock: systemClock, log: silentLog });
    await keeper.advance('c1', never);
    const seen = new Set<number>();
    let over = false;

    const advanced = keeper.advance('c2', never).finally(() => (over = true));
    while (!over) {
      seen.add(keeper.inventory.keys().length);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await advanced;

    expect([...seen]).toEqual([3]);
    expect(keeper.inventory.keys()).toHaveLength(3000);
  });

  it('tries a tip that was refused for a cause outside again, although it has not moved, less and less often', async () => {
    const live = new MemoryLive();
    const clock = new ManualClock();
    const source = sourceOf([changeOf('c1', hosts(0, 3))]);
    let asked = 0;
    let mended = false;
    const refusing: ConfigSource = {
      ...source,
      async fetch() {
        asked += 1;
        if (!mended) throw new InvalidInput('The token was refused.', { code: 'GIT_UNAUTHORIZED' });
      },
    };
    const keeper = new RevisionKeeper({ source: refusing, live, branch: 'main', clock, log: silentLog });

    for (let look = 0; look < 60; look += 1) {
      await keeper.advance('c1', never);
      await clock.advance(1000);
    }
    const askedInAMinute = asked;
    mended = true;
    await clock.advance(600_000);
    const taken = await keeper.advance('c1', never);

    expect(askedInAMinute).toBe(4);
    expect(taken?.size).toBe(3);
    expect(keeper.record).toMatchObject({ accepted: 'c1', tip: 'c1' });
    expect(keeper.record?.refused).toBeUndefined();
  });

  it('tries a refused tip at once after a start', async () => {
    const live = new MemoryLive();
    const source = sourceOf([changeOf('c1', hosts(0, 3))]);
    const refusing: ConfigSource = {
      ...source,
      fetch: () => Promise.reject(new InvalidInput('The token was refused.', { code: 'GIT_UNAUTHORIZED' })),
    };
    const options = { live, branch: 'main', clock: systemClock, log: silentLog };
    await new RevisionKeeper({ ...options, source: refusing }).advance('c1', never);

    const taken = await new RevisionKeeper({ ...options, source }).advance('c1', never);

    expect(taken?.size).toBe(3);
  });

  describe('when the accepted revision can no longer be read', () => {
    const rewritten = new InvalidInput('The branch was rewritten.', { code: 'GIT_NON_FAST_FORWARD' });

    /** A keeper that starts on an accepted `c1`, which is gone; the branch is at `n1`. */
    async function start(acceptRevision?: string): Promise<RevisionKeeper> {
      const live = new MemoryLive();
      const options = { live, branch: 'main', clock: systemClock, log: silentLog };
      const first = sourceOf([changeOf('c1', hosts(0, 3))]);
      await new RevisionKeeper({ ...options, source: first }).advance('c1', never);
      const source: ConfigSource = {
        ...sourceOf([changeOf('n1', hosts(0, 2))]),
        fetch: (_commit, accepted) => (accepted === undefined ? Promise.resolve() : Promise.reject(rewritten)),
      };
      const whole = source.diff;
      source.diff = (from, to, signal) => (to === 'c1' ? Promise.reject(rewritten) : whole(from, to, signal));
      return new RevisionKeeper({ ...options, source, ...(acceptRevision !== undefined && { acceptRevision }) });
    }

    it('says so where nobody names another', async () => {
      const keeper = await start();

      await expect(keeper.restore(never)).rejects.toBe(rewritten);
    });

    it('is not ready before the one that is named was taken up', async () => {
      const keeper = await start('n1');

      await keeper.restore(never);
      const before = [keeper.ready, keeper.inventory.keys().length];
      const taken = await keeper.advance('n1', never);

      expect(before).toEqual([false, 0]);
      expect(taken?.size).toBe(2);
      expect(keeper.ready).toBe(true);
      expect(keeper.record).toMatchObject({ accepted: 'n1', sequence: 2 });
    });

    it('does not become ready by another one', async () => {
      const keeper = await start('named');

      await keeper.restore(never);
      const taken = await keeper.advance('n1', never);

      expect(taken).toBeUndefined();
      expect(keeper.ready).toBe(false);
    });
  });

  it('keeps the news that arrive while an object is looked at', async () => {
    const live = new MemoryLive();
    const again = changeOf('c2', { 'h-0': documentOf('Host', 'h-0', { address: 'other.example' }) });
    const source = sourceOf([changeOf('c1', hosts(0, 1)), again]);
    const keeper = new RevisionKeeper({ source, live, branch: 'main', clock: systemClock, log: silentLog });
    await keeper.advance('c1', never);
    const begun = keeper.changedIn('Host/h-0');

    await keeper.advance('c2', never);
    keeper.settled('Host/h-0', begun);

    expect(begun).toBe('c1');
    expect(keeper.changedIn('Host/h-0')).toBe('c2');
    keeper.settled('Host/h-0', 'c2');
    expect(keeper.changedIn('Host/h-0')).toBeUndefined();
  });
});
