import { mkdtemp, readdir, readFile, rm, utimes, writeFile, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Clock } from '../../../../reconciler/model/clock.ts';
import { ParseCache } from '../../../../reconciler/source/documents/parse-cache.ts';
import { DocumentParser } from '../../../../reconciler/source/documents/document-parser.ts';
import type { Blob } from '../../../../reconciler/source/documents/parse-messages.ts';
import type { ParsedFile } from '../../../../reconciler/source/source.ts';

const signal = new AbortController().signal;
let folder: string;
let now: number;
const clock: Clock = { now: () => now, monotonic: () => now, sleep: () => Promise.resolve() };

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'intendant-cache-'));
  now = Date.now();
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function oid(index: number): string {
  return index.toString(16).padStart(40, '0');
}

function entry(index: number): { oid: string; json: string } {
  return { oid: oid(index), json: JSON.stringify({ oid: oid(index), documents: [], diagnostics: [] }) };
}

async function found(cache: ParseCache, oids: string[]): Promise<string[]> {
  const files: ParsedFile[] = [];
  for await (const some of cache.lookup(oids, signal)) files.push(...some);
  return files.map((file) => file.oid).sort();
}

async function segments(): Promise<string[]> {
  const [version] = await readdir(folder);
  return (await readdir(join(folder, version!))).map((name) => join(folder, version!, name));
}

describe('ParseCache', () => {
  it('gives after a restart what was stored before it, and nothing else', async () => {
    await new ParseCache(folder, clock).store([entry(1), entry(2)]);

    const cache = new ParseCache(folder, clock);

    expect(await found(cache, [oid(2), oid(3)])).toEqual([oid(2)]);
    expect(await found(cache, [oid(1)])).toEqual([oid(1)]);
  });

  it('hands out at most 200 files at a time', async () => {
    const cache = new ParseCache(folder, clock);
    await cache.store(Array.from({ length: 450 }, (_, index) => entry(index)));
    const sizes: number[] = [];

    for await (const some of cache.lookup(
      Array.from({ length: 450 }, (_, index) => oid(index)),
      signal,
    ))
      sizes.push(some.length);

    expect(sizes).toEqual([200, 200, 50]);
  });

  it('may be deleted at any time', async () => {
    const cache = new ParseCache(folder, clock);
    await cache.store([entry(1)]);
    await found(cache, [oid(1)]);

    await rm(folder, { recursive: true });

    expect(await found(cache, [oid(1)])).toEqual([]);
    await cache.store([entry(2)]);
    expect(await found(cache, [oid(2)])).toEqual([oid(2)]);
  });

  it('ignores entries that are damaged, and files that are none of its own', async () => {
    await new ParseCache(folder, clock).store([entry(1), entry(2), entry(3)]);
    const [segment] = await segments();
    const lines = (await readFile(segment!, 'utf8')).split('\n');
    lines[1] = lines[1]!.replace('"documents"', '"documentz"');
    await writeFile(segment!, `garbage\n${lines.join('\n')}half a li`);
    await writeFile(join(segment!, '..', 'notes.txt'), 'x');

    expect(await found(new ParseCache(folder, clock), [oid(1), oid(2), oid(3)])).toEqual([oid(1), oid(3)]);
  });

  it('becomes one segment when it has more than 64, without what nobody used for 30 days', async () => {
    await new ParseCache(folder, clock).store([entry(1000), entry(1001)]);
    now += 31 * 86_400_000;
    const cache = new ParseCache(folder, clock);
    await found(cache, [oid(1000)]);

    for (let index = 0; index < 64; index++) await cache.store([entry(index)]);

    expect((await segments()).length).toBe(1);
    const again = new ParseCache(folder, clock);
    expect(await found(again, [oid(0), oid(63), oid(1000), oid(1001)])).toEqual([oid(0), oid(63), oid(1000)]);
  });

  it('removes folders of other schemas and parsers that are old, and leaves young ones', async () => {
    const old = join(folder, `${'a'.repeat(32)}-1`);
    const young = join(folder, `${'b'.repeat(32)}-1`);
    await mkdir(old);
    await mkdir(young);
    await utimes(old, new Date(0), new Date(0));
    const cache = new ParseCache(folder, clock);

    for (let index = 0; index < 65; index++) await cache.store([entry(index)]);

    expect(await readdir(folder)).not.toContain(`${'a'.repeat(32)}-1`);
    expect(await readdir(folder)).toContain(`${'b'.repeat(32)}-1`);
  });
});

describe('DocumentParser', () => {
  it('reads only what the cache does not know, and a one-file change without a thread', async () => {
    const parser = new DocumentParser({ cacheFolder: folder, clock });
    const read = async function* (missing: string[]): AsyncGenerator<Blob[]> {
      asked.push(...missing);
      yield missing.map((id) => ({ oid: id, bytes: Buffer.from('kind: Cluster\nmetadata: { name: a }\n') }));
    };
    const asked: string[] = [];
    const run = async (oids: string[]): Promise<string[]> => {
      const files: ParsedFile[] = [];
      for await (const some of parser.parseThrough(oids, read, signal)) files.push(...some);
      return files.map((file) => file.oid).sort();
    };

    const first = await run([oid(1), oid(2)]);
    const second = await run([oid(1), oid(2), oid(3)]);

    expect(first).toEqual([oid(1), oid(2)]);
    expect(second).toEqual([oid(1), oid(2), oid(3)]);
    expect(asked).toEqual([oid(1), oid(2), oid(3)]);
    await parser.close();
  });

  it('goes on without a cache that cannot be written, and says so', async () => {
    await writeFile(join(folder, 'file'), '');
    const problems: string[] = [];
    const parser = new DocumentParser({
      cacheFolder: join(folder, 'file'),
      clock,
      onProblem: (text) => problems.push(text),
    });
    const blobs = async function* (): AsyncGenerator<Blob[]> {
      yield [{ oid: oid(1), bytes: Buffer.from('a: b') }];
    };

    const files: ParsedFile[] = [];
    for await (const some of parser.parse(blobs(), signal)) files.push(...some);

    expect(files).toHaveLength(1);
    expect(problems).toEqual([expect.stringContaining('cannot be written')]);
  });
});
