import { eventually } from '../../support/eventually.ts';
import { afterEach, describe, expect, it } from 'vitest';
import type { Blob } from '../../../reconciler/source/documents/parse-messages.ts';
import { ParsePool } from '../../../reconciler/source/documents/parse-pool.ts';
import type { ParsedFile } from '../../../reconciler/source/source.ts';

const pools: ParsePool[] = [];
afterEach(() => Promise.all(pools.splice(0).map((pool) => pool.close())));

function makePool(): ParsePool {
  const pool = new ParsePool({ size: 2, idleMs: 50 });
  pools.push(pool);
  return pool;
}

function host(index: number): Blob {
  const text = `apiVersion: intendant/v1\nkind: Host\nmetadata: { name: h-${index} }\nspec: { address: h-${index}.example }\n`;
  return { oid: index.toString(16).padStart(40, '0'), bytes: Buffer.from(text) };
}

async function* hosts(count: number, taken: { batches: number } = { batches: 0 }): AsyncGenerator<Blob[]> {
  for (let index = 0; index < count; index += 100) {
    taken.batches++;
    yield Array.from({ length: Math.min(100, count - index) }, (_, offset) => host(index + offset));
  }
}

describe('ParsePool', () => {
  it('parses every blob once, at most 200 documents a message', async () => {
    const pool = makePool();
    const files: ParsedFile[] = [];
    const sizes: number[] = [];

    for await (const entries of pool.parse(hosts(2000), new AbortController().signal)) {
      sizes.push(entries.length);
      files.push(...entries.map(({ json }) => JSON.parse(json) as ParsedFile));
    }

    expect(files.filter(({ documents }) => documents[0]?.valid)).toHaveLength(2000);
    expect(new Set(files.map(({ oid }) => oid)).size).toBe(2000);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(200);
  });

  it('reads no further ahead than its threads need', async () => {
    const pool = makePool();
    const taken = { batches: 0 };

    for await (const _ of pool.parse(hosts(10_000, taken), new AbortController().signal)) break;

    expect(taken.batches).toBeLessThan(30);
  });

  it('ends threads that have no work, and starts them again for the next', async () => {
    const pool = new ParsePool({ size: 2, idleMs: 1 });
    pools.push(pool);
    const signal = new AbortController().signal;
    let count = 0;

    for (let round = 0; round < 2; round += 1) {
      for await (const entries of pool.parse(hosts(10), signal)) count += entries.length;
      await eventually(() => expect(pool.threads).toBe(0));
    }

    expect(count).toBe(20);
  });

  it('can be used again after it was left in the middle', async () => {
    const pool = makePool();
    for await (const _ of pool.parse(hosts(1000), new AbortController().signal)) break;
    let count = 0;

    for await (const entries of pool.parse(hosts(300), new AbortController().signal)) count += entries.length;

    expect(count).toBe(300);
  });

  it('fails with the reason of the signal', async () => {
    const pool = makePool();
    const stop = new AbortController();
    const run = async (): Promise<void> => {
      for await (const _ of pool.parse(hosts(5000), stop.signal)) stop.abort(new Error('enough'));
    };

    await expect(run()).rejects.toThrow('enough');
  });

  it('passes on a failure of the source of blobs', async () => {
    const pool = makePool();
    const broken = async function* (): AsyncGenerator<Blob[]> {
      yield [host(1)];
      throw new Error('the pack is gone');
    };
    const run = async (): Promise<void> => {
      for await (const _ of pool.parse(broken(), new AbortController().signal));
    };

    await expect(run()).rejects.toThrow('the pack is gone');
  });
});
