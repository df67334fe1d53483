import { describe, expect, it } from 'vitest';
import { RevisionKeeper } from '../../../reconciler/engine/revision-keeper.ts';
import { systemClock } from '../../../reconciler/model/clock.ts';
import type { InventoryChange } from '../../../reconciler/source/inventory/inventory-builder.ts';
import type { ConfigSource } from '../../../reconciler/source/source.ts';
import { changeOf, documentOf } from '../../support/inventory.ts';
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
});
