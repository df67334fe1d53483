import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InventoryBuilder } from '../../../../reconciler/source/inventory/inventory-builder.ts';
import type { InventoryResult } from '../../../../reconciler/source/inventory/inventory-builder.ts';
import { changeOf, commitFiles, documentOf } from '../../../support/inventory.ts';
import type { Files } from '../../../support/inventory.ts';

const NAMES = ['a', 'b', 'c'];
const name = fc.constantFrom(...NAMES);
const text = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ name, cluster: fc.option(name), address: name, jumpHost: fc.option(name) }).map(hostText),
  },
  { weight: 3, arbitrary: fc.record({ name, network: fc.option(name) }).map((it) => clusterText(it)) },
  { weight: 1, arbitrary: name.map((it) => documentOf('Network', it, {})) },
  { weight: 1, arbitrary: name.map((it) => documentOf('Fleet', it, {})) },
  {
    weight: 2,
    arbitrary: fc
      .record({ name, host: name })
      .map((it) => documentOf('Operation', it.name, { type: 'restart', target: { hosts: [it.host] } })),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(': [', '- a', documentOf('Host', 'a', { cluster: 'b' }), documentOf('Hots', 'a', {})),
  },
);
/** A commit: some of six files written or removed. */
const commits = fc.array(
  fc.dictionary(fc.constantFrom('1', '2', '3', '4', '5', '6'), fc.option(text), { minKeys: 1 }),
  {
    minLength: 1,
    maxLength: 8,
  },
);

function hostText(it: { name: string; cluster: string | null; address: string; jumpHost: string | null }): string {
  const spec = {
    address: it.address,
    ...(it.cluster && { cluster: it.cluster }),
    ...(it.jumpHost && { jumpHost: it.jumpHost }),
  };
  return documentOf('Host', it.name, spec);
}

function clusterText(it: { name: string; network: string | null }): string {
  return documentOf('Cluster', it.name, it.network ? { network: it.network } : {});
}

function picture({ inventory, diagnostics, held, changedKeys }: InventoryResult): object {
  const keys = inventory.keys();
  return {
    digest: inventory.digest,
    resources: keys.map((key) => inventory.get(key)),
    dependents: NAMES.flatMap((it) =>
      ['Host', 'Cluster', 'Network'].map((kind) => inventory.dependents(`${kind}/${it}`)),
    ),
    diagnostics,
    held: [...held],
    changedKeys,
  };
}

describe('InventoryBuilder', () => {
  it('gives the same whether it is told only what changed or everything', () => {
    fc.assert(
      fc.property(commits, (history) => {
        const incremental = new InventoryBuilder();
        const rebuilt = new InventoryBuilder();
        const all: Files = {};
        for (const [index, files] of history.entries()) {
          Object.assign(all, files);

          const one = commitFiles(incremental, `c${index}`, files);
          const other = commitFiles(rebuilt, `c${index}`, all);

          expect(picture(one)).toEqual(picture(other));
        }
      }),
      { numRuns: 100 },
    );
  }, 60_000);

  it('gives the same at once and in turns, wherever it yields', async () => {
    await fc.assert(
      fc.asyncProperty(commits, fc.integer({ min: 1, max: 4 }), async (history, itemsPerTurn) => {
        const atOnce = new InventoryBuilder();
        const inTurns = new InventoryBuilder({ itemsPerTurn });
        for (const [index, files] of history.entries()) {
          const one = commitFiles(atOnce, `c${index}`, files);

          const other = await inTurns.advanceInTurns(changeOf(`c${index}`, files));

          expect(picture(other)).toEqual(picture(one));
        }
      }),
      { numRuns: 50 },
    );
  }, 60_000);

  it('asks once whether an operation is finished: it may finish in between', async () => {
    let asked = 0;
    const builder = new InventoryBuilder({ itemsPerTurn: 1, isFinished: () => asked++ > 0 });
    const files = {
      web: documentOf('Cluster', 'web', {}),
      op: documentOf('Operation', 'op', { type: 'restart', target: { hosts: ['nowhere'] } }),
    };

    const { diagnostics, inventory } = await builder.advanceInTurns(changeOf('c1', files));

    expect(asked).toBe(1);
    expect(diagnostics.map(({ code, severity }) => [code, severity])).toEqual([['unknown-reference', 'error']]);
    expect(inventory.get('Operation/op')).toBeUndefined();
  });

  it('refuses a commit while another one is taken up, which it brings to its end', async () => {
    const builder = new InventoryBuilder({ itemsPerTurn: 1 });
    const first = builder.advanceInTurns(
      changeOf('c1', { a: documentOf('Cluster', 'a', {}), b: documentOf('Cluster', 'b', {}) }),
    );

    const second = builder.advanceInTurns(changeOf('c2', { c: documentOf('Cluster', 'c', {}) }));

    await expect(second).rejects.toThrow('while another one is');
    expect((await first).inventory.keys()).toEqual(['Cluster/a', 'Cluster/b']);
    const third = await builder.advanceInTurns(changeOf('c3', { c: documentOf('Cluster', 'c', {}) }));
    expect(third.inventory.keys()).toEqual(['Cluster/a', 'Cluster/b', 'Cluster/c']);
  });

  it('holds nothing of history when the repository is good: a fresh builder comes to the same', () => {
    fc.assert(
      fc.property(commits, (history) => {
        const incremental = new InventoryBuilder();
        const all: Files = {};
        for (const [index, files] of history.entries()) {
          Object.assign(all, files);
          const result = commitFiles(incremental, `c${index}`, files);
          if (result.diagnostics.length > 0) continue;

          const fresh = commitFiles(new InventoryBuilder(), `c${index}`, all);

          expect(result.held.size).toBe(0);
          expect({ ...picture(result), changedKeys: [] }).toEqual({ ...picture(fresh), changedKeys: [] });
        }
        expect(history.length).toBeGreaterThan(0);
      }),
      { numRuns: 100 },
    );
  }, 60_000);

  it('never brings anything into force that refers to what does not exist', () => {
    fc.assert(
      fc.property(commits, (history) => {
        const builder = new InventoryBuilder();
        for (const [index, files] of history.entries()) {
          const { inventory } = commitFiles(builder, `c${index}`, files);

          const dangling = ['Host', 'Cluster', 'Network'].flatMap((kind) =>
            NAMES.filter((it) => inventory.dependents(`${kind}/${it}`).length > 0 && !inventory.get(`${kind}/${it}`)),
          );

          expect(dangling).toEqual([]);
        }
      }),
      { numRuns: 100 },
    );
  }, 60_000);

  it('names the dependents of what changed, before and now', () => {
    const builder = new InventoryBuilder();
    commitFiles(builder, 'c1', {
      n: documentOf('Network', 'n', {}),
      web: documentOf('Cluster', 'web', { network: 'n' }),
      db: documentOf('Cluster', 'db', {}),
      h: documentOf('Host', 'h', { address: 'h', cluster: 'web' }),
    });

    const network = commitFiles(builder, 'c2', { n: documentOf('Network', 'n', { options: { subnetLen: 24 } }) });
    const moved = commitFiles(builder, 'c3', { h: documentOf('Host', 'h', { address: 'h', cluster: 'db' }) });
    const nothing = commitFiles(builder, 'c4', {
      h: null,
      elsewhere: documentOf('Host', 'h', { address: 'h', cluster: 'db' }),
    });

    expect(network.changedKeys).toEqual(['Cluster/web', 'Network/n']);
    expect(moved.changedKeys).toEqual(['Cluster/db', 'Cluster/web', 'Host/h']);
    expect(nothing.changedKeys).toEqual([]);
    expect(nothing.inventory.get('Host/h')?.origin.file).toBe('elsewhere');
    expect(nothing.inventory.digest).toBe(moved.inventory.digest);
  });

  it('takes up entries that were refused unread until they are gone', () => {
    const builder = new InventoryBuilder();
    const link = { severity: 'error', code: 'symlink', message: 'm', file: 'link.yaml', line: 1, column: 1 } as const;
    const empty = { changed: [], removed: [], parsed: new Map() };

    const refused = builder.advance({ commit: 'c1', ...empty, diagnostics: [link] });
    const still = builder.advance({ commit: 'c2', ...empty, diagnostics: [] });
    const gone = builder.advance({ commit: 'c3', ...empty, removed: ['link.yaml'], diagnostics: [] });

    expect(refused.held.has('*')).toBe(true);
    expect(still.diagnostics).toEqual([link]);
    expect(gone.diagnostics).toEqual([]);
  });

  it('takes a one-file commit over 10,000 hosts well within the time of a plan', () => {
    const builder = new InventoryBuilder();
    const files: Files = { web: documentOf('Cluster', 'web', {}) };
    const hosts = Array.from({ length: 50 }, (_, file) =>
      Array.from({ length: 200 }, (_, index) =>
        documentOf('Host', `h-${file}-${index}`, { address: `h-${file}-${index}`, cluster: 'web' }),
      ),
    );
    for (const [index, documents] of hosts.entries()) files[`hosts-${index}`] = documents.join('---\n');
    commitFiles(builder, 'c1', files);
    commitFiles(builder, 'c2', { one: documentOf('Host', 'one', { address: 'a', cluster: 'web' }) });
    const change = { one: documentOf('Host', 'one', { address: 'b', cluster: 'web' }) };

    const started = process.cpuUsage();
    const result = commitFiles(builder, 'c3', change);
    const { user, system } = process.cpuUsage(started);

    expect(result.changedKeys).toEqual(['Cluster/web', 'Host/one']);
    expect((user + system) / 1000).toBeLessThan(300);
  }, 60_000);
});
