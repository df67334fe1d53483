import { describe, expect, it } from 'vitest';
import { RevisionKeeper, type RevisionKeeperOptions } from '../../../reconciler/engine/revision-keeper.ts';
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

  describe('where signatures are required', () => {
    const commits = [changeOf('c1', hosts(0, 1)), changeOf('c2', hosts(1, 2)), changeOf('c3', hosts(2, 3))];

    /** Refuses these commits, and remembers what it was asked. */
    function checker(refused: readonly string[]): RevisionKeeperOptions['signatures'] & { asked: unknown[] } {
      const asked: unknown[] = [];
      return {
        asked,
        version: 'v1',
        async require(tip, accepted) {
          asked.push([tip, accepted]);
          if (refused.includes(tip))
            throw new InvalidInput(`${tip} is not signed.`, { code: 'NOT_SIGNED', hint: 'Sign it.' });
        },
      };
    }

    function keeperOf(
      signatures: RevisionKeeperOptions['signatures'],
      more: Partial<RevisionKeeperOptions> = {},
    ): RevisionKeeper {
      const options = { source: sourceOf(commits), live: new MemoryLive(), clock: new ManualClock(), log: silentLog };
      return new RevisionKeeper({ ...options, branch: 'main', signatures, ...more });
    }

    it('refuses a tip, says what to do, and keeps what is accepted in force', async () => {
      const keeper = keeperOf(checker(['c2']));
      await keeper.advance('c1', never);

      const changed = await keeper.advance('c2', never);

      expect(changed).toBeUndefined();
      expect(keeper.record).toMatchObject({
        accepted: 'c1',
        tip: 'c2',
        refused: { code: 'NOT_SIGNED', message: 'c2 is not signed. Sign it.' },
      });
      expect(keeper.inventory.keys()).toEqual(['Host/h-0']);
    });

    it('asks of the next tip what is new since the accepted one, and not since the refused one', async () => {
      const signatures = checker(['c2']);
      const keeper = keeperOf(signatures);
      for (const tip of ['c1', 'c2', 'c3']) await keeper.advance(tip, never);

      expect(signatures.asked).toEqual([
        ['c1', undefined],
        ['c2', 'c1'],
        ['c3', 'c1'],
      ]);
      expect(keeper.record).toMatchObject({ accepted: 'c3' });
    });

    it('takes up a tip after a first one that was refused', async () => {
      const signatures = checker(['c1']);
      const keeper = keeperOf(signatures);
      await keeper.advance('c1', never);

      await keeper.advance('c2', never);

      expect(signatures.asked).toEqual([
        ['c1', undefined],
        ['c2', undefined],
      ]);
      expect(keeper.record).toMatchObject({ accepted: 'c2' });
    });

    it('believes the commit that the daemon itself names', async () => {
      const signatures = checker(['c2']);
      const keeper = keeperOf(signatures, { acceptRevision: 'c2' });
      await keeper.advance('c1', never);

      await keeper.advance('c2', never);

      expect(signatures.asked).toEqual([['c1', undefined]]);
      expect(keeper.record).toMatchObject({ accepted: 'c2' });
    });

    it('looks at a refused tip again at once when others may sign', async () => {
      const signatures = checker(['c2']);
      const keeper = keeperOf(signatures);
      await keeper.advance('c1', never);
      await keeper.advance('c2', never);
      await keeper.advance('c2', never);
      const before = signatures.asked.length;

      Object.assign(signatures, { version: 'v2', require: async () => undefined });
      const changed = await keeper.advance('c2', never);

      expect(before).toBe(2);
      expect([...changed!]).toEqual(['Host/h-1']);
    });
  });
});
