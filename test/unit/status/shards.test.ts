import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SHARD_LIMIT, shardDigits, Shards } from '../../../reconciler/status/shards.ts';

const names = fc.uniqueArray(fc.stringMatching(/^[a-z0-9]{1,12}$/), { maxLength: 120 });

function placed(all: readonly string[]): Map<string, string> {
  const shards = new Shards();
  for (const name of all) shards.add(name);
  return new Map(all.map((name) => [name, shards.folderOf(name)!]));
}

function numbered(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `web-${index}`);
}

describe('Shards', () => {
  it('holds at most 64 entries in every folder for 10,000 hosts', () => {
    const entries = new Map<string, Set<string>>();

    for (const [name, folder] of placed(numbered(10_000))) {
      const path = `${folder}/${name}`.split('/');
      for (let depth = 0; depth < path.length; depth += 1) {
        const parent = path.slice(0, depth).join('/');
        if (!entries.has(parent)) entries.set(parent, new Set());
        entries.get(parent)!.add(path[depth]!);
      }
    }

    expect(Math.max(...[...entries.values()].map((set) => set.size))).toBeLessThanOrEqual(64);
  });

  it('places a set of names the same way in whatever order they came and went', () => {
    fc.assert(
      fc.property(names, names, fc.nat(), (kept, gone, seed) => {
        const extra = gone.filter((name) => !kept.includes(name));
        const shards = new Shards();
        const mixed = [...kept, ...extra].sort((a, b) => hash(a, seed) - hash(b, seed));
        for (const name of mixed) shards.add(name);
        for (const name of extra) shards.remove(name);

        expect(new Map(kept.map((name) => [name, shards.folderOf(name)!]))).toEqual(placed(kept));
        expect(shards.size).toBe(kept.length);
      }),
    );
  });

  it('tells exactly which names change folder when one is added or removed', () => {
    fc.assert(
      fc.property(names, fc.stringMatching(/^[a-z0-9]{1,12}$/), (before, added) => {
        fc.pre(!before.includes(added));
        const shards = new Shards();
        for (const name of before) shards.add(name);
        const old = new Map(before.map((name) => [name, shards.folderOf(name)]));

        const movedByAdd = shards.add(added);
        const really = before.filter((name) => shards.folderOf(name) !== old.get(name));
        expect(movedByAdd.filter((name) => really.includes(name)).sort()).toEqual(really.sort());
        expect(movedByAdd.length).toBeLessThanOrEqual(SHARD_LIMIT + 1);

        const movedByRemove = shards.remove(added);
        expect(movedByRemove).toEqual(expect.arrayContaining(really));
        expect(new Map(before.map((name) => [name, shards.folderOf(name)]))).toEqual(old);
      }),
    );
  });

  it('moves few files when a fleet grows by one host', () => {
    const shards = new Shards();
    for (const name of numbered(1000)) shards.add(name);

    const moved = Array.from({ length: 100 }, (_, index) => shards.add(`new-${index}`).length - 1);

    expect(Math.max(...moved)).toBeLessThanOrEqual(SHARD_LIMIT);
  });

  it('lies where the digits of its name say', () => {
    for (const [name, folder] of placed(numbered(200))) {
      expect(shardDigits(name).startsWith(folder.replaceAll('/', ''))).toBe(true);
    }
  });
});

function hash(text: string, seed: number): number {
  return [...text].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0) + seed) % 65_521, seed % 65_521);
}
