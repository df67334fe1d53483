import fs from 'node:fs';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import git from 'isomorphic-git';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { applyDelta } from '../../../../reconciler/source/git/delta.ts';
import { Clone } from '../../../../reconciler/source/git/clone.ts';
import { compactIfNeeded } from '../../../../reconciler/source/git/compact.ts';
import { objectOid } from '../../../../reconciler/source/git/object.ts';
import type { GitObject } from '../../../../reconciler/source/git/object.ts';
import { formatEntryHead } from '../../../../reconciler/source/git/pack-entry.ts';
import { PackIndex, formatPackIndex } from '../../../../reconciler/source/git/pack-index.ts';
import { DEFAULT_PACK_LIMITS, indexPack } from '../../../../reconciler/source/git/pack-reader.ts';
import { writePack } from '../../../../reconciler/source/git/pack-writer.ts';

const NEVER = new AbortController().signal;
const texts = fc.uniqueArray(fc.string({ maxLength: 400 }), { minLength: 1, maxLength: 20 });

function packOf(contents: readonly string[]): ReturnType<typeof writePack> {
  const objects = new Map<string, GitObject>();
  for (const text of contents) {
    const bytes = Buffer.from(text);
    objects.set(objectOid('blob', bytes), { type: 'blob', bytes });
  }
  return writePack(objects);
}

/** A pack from raw entries, with a right checksum. */
function rawPack(entries: Buffer[], count = entries.length): Buffer {
  const header = Buffer.from('PACK\0\0\0\u0002\0\0\0\0', 'latin1');
  header.writeUInt32BE(count, 8);
  const body = Buffer.concat([header, ...entries]);
  return Buffer.concat([body, createHash('sha1').update(body).digest()]);
}

describe('reading a pack', () => {
  it('finds every object that was packed', async () => {
    await fc.assert(
      fc.asyncProperty(texts, async (contents) => {
        const pack = packOf(contents);

        const found = await indexPack(pack.bytes, NEVER);

        expect(found).toEqual(pack.objects);
      }),
    );
  });

  it('finds what was packed as a delta, near its base and far from it', async () => {
    const host = (at: number): string => `kind: Host\nname: host-${at}\nstatus: active\nfacts:\n  os: debian\n`;
    const noise = Array.from({ length: 40 }, (_, at) => createHash('sha512').update(String(at)).digest('base64'));
    const contents = [host(1), host(2), ...noise.slice(0, 3), ...Array.from({ length: 600 }, (_, at) => host(at + 3))];
    const pack = packOf(contents);

    const found = await indexPack(pack.bytes, NEVER);

    expect(found).toEqual(pack.objects);
    expect(pack.bytes.length / contents.length).toBeLessThan(50);
  });

  it('says that it is corrupt when any one bit is wrong', async () => {
    const { bytes } = packOf(['one', 'two', 'three'.repeat(50)]);
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length * 8 - 1), async (bit) => {
        const bad = Buffer.from(bytes);
        bad[bit >> 3]! ^= 1 << (bit & 7);

        await expect(indexPack(bad, NEVER)).rejects.toMatchObject({
          code: expect.stringMatching(/GIT_(CORRUPT|TOO_LARGE)/),
        });
      }),
    );
  });

  it('says that it is corrupt when it is cut anywhere', async () => {
    const { bytes } = packOf(['one', 'two']);
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), async (length) => {
        await expect(indexPack(bytes.subarray(0, length), NEVER)).rejects.toMatchObject({ code: 'GIT_CORRUPT' });
      }),
    );
  });

  it('never crashes and never runs on over entries of random bytes with a right checksum', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 80 })), fc.nat(6), async (entries, count) => {
        const pack = rawPack(
          entries.map((entry) => Buffer.from(entry)),
          count,
        );

        const outcome = await indexPack(pack, NEVER).then(
          () => 'ok',
          (error: { disposition?: string }) => error.disposition,
        );

        expect(['ok', 'Transient', 'InvalidInput']).toContain(outcome);
      }),
    );
  });

  it('stops at an object that inflates beyond what it announces', async () => {
    const bomb = Buffer.concat([formatEntryHead('blob', 10), deflateSync(Buffer.alloc(50_000_000))]);

    await expect(indexPack(rawPack([bomb]), NEVER)).rejects.toMatchObject({ code: 'GIT_CORRUPT' });
  });

  it('refuses more or larger objects than the limits allow', async () => {
    const { bytes } = packOf(['one', 'two', 'three']);

    const many = indexPack(bytes, NEVER, { ...DEFAULT_PACK_LIMITS, maxObjects: 2 });
    const large = indexPack(bytes, NEVER, { ...DEFAULT_PACK_LIMITS, maxObjectBytes: 4 });
    const total = indexPack(bytes, NEVER, { ...DEFAULT_PACK_LIMITS, maxTotalBytes: 8 });

    await expect(many).rejects.toMatchObject({ code: 'GIT_TOO_LARGE' });
    await expect(large).rejects.toMatchObject({ code: 'GIT_TOO_LARGE' });
    await expect(total).rejects.toMatchObject({ code: 'GIT_TOO_LARGE' });
  });

  it('refuses deltas that stand on one another', async () => {
    const delta = deflateSync(Buffer.from([3, 3, 0x90, 3]));
    const head = (base: string): Buffer => Buffer.concat([Buffer.from([0x74]), Buffer.from(base, 'hex')]);
    const entries = ['a', 'b'].map((digit) => Buffer.concat([head(digit.repeat(40)), delta]));

    await expect(indexPack(rawPack(entries), NEVER)).rejects.toMatchObject({ code: 'GIT_CORRUPT' });
  });

  it('stops when the caller gives up', async () => {
    const abort = new AbortController();
    abort.abort(new Error('enough'));

    await expect(indexPack(packOf(['one']).bytes, abort.signal)).rejects.toThrow('enough');
  });
});

describe('a delta', () => {
  it('never makes anything but a buffer of bounded size or a Transient error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.uint8Array({ maxLength: 40 }), (base, delta) => {
        let length = 0;
        try {
          length = applyDelta(Buffer.from(base), Buffer.from(delta), 1000).length;
        } catch (error) {
          expect(error).toMatchObject({ code: 'GIT_CORRUPT' });
        }

        expect(length).toBeLessThanOrEqual(1000);
      }),
    );
  });

  it('copies from its base and inserts', () => {
    const delta = Buffer.from([6, 7, 0x90, 3, 0x02, 0x2d, 0x2d, 0x91, 4, 2]);

    const made = applyDelta(Buffer.from('abcdef'), delta, 100);

    expect(made.toString()).toBe('abc--ef');
  });
});

describe('the index of a pack', () => {
  it('finds every offset, also beyond 2 GiB, and nothing else', () => {
    const objects = Array.from({ length: 300 }, (_, at) => ({
      oid: createHash('sha1').update(String(at)).digest('hex'),
      offset: at % 3 === 0 ? 2 ** 31 + at * 1000 : at * 1000,
      crc: at,
    }));

    const index = new PackIndex(formatPackIndex(objects, Buffer.alloc(20)));

    expect(objects.map(({ oid }) => index.offsetOf(oid))).toEqual(objects.map(({ offset }) => offset));
    expect(index.offsetOf('0'.repeat(40))).toBeUndefined();
    expect([...index.oids()]).toEqual(objects.map(({ oid }) => oid).sort());
  });
});

describe('a clone', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'clone-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  async function* chunks(bytes: Buffer): AsyncGenerator<Buffer> {
    yield bytes.subarray(0, 20);
    yield bytes.subarray(20);
  }

  it('takes a pack that isomorphic-git can read afterwards', async () => {
    const gitdir = join(folder, 'c.git');
    const clone = await Clone.open(gitdir);
    const pack = packOf(['hello', 'world']);

    await clone.receive(chunks(pack.bytes), { shallow: [], unshallow: [] }, NEVER);
    const { blob } = await git.readBlob({ fs, gitdir, oid: objectOid('blob', Buffer.from('world')) });

    expect(Buffer.from(blob).toString()).toBe('world');
    clone.close();
  });

  it('shows nothing of a pack that was cut or corrupt', async () => {
    const clone = await Clone.open(join(folder, 'c.git'));
    const { bytes } = packOf(['hello']);

    const received = clone.receive(chunks(bytes.subarray(0, -3)), { shallow: [], unshallow: [] }, NEVER);

    await expect(received).rejects.toMatchObject({ code: 'GIT_CORRUPT' });
    expect(fs.readdirSync(join(folder, 'c.git/objects/pack'))).toEqual([]);
    clone.close();
  });

  it('refuses a pack beyond the limit while it arrives', async () => {
    const clone = await Clone.open(join(folder, 'c.git'));
    const limits = { ...DEFAULT_PACK_LIMITS, maxPackBytes: 30 };

    const received = clone.receive(
      chunks(packOf(['hello'.repeat(9)]).bytes),
      { shallow: [], unshallow: [] },
      NEVER,
      limits,
    );

    await expect(received).rejects.toMatchObject({ code: 'GIT_TOO_LARGE' });
    clone.close();
  });

  it('clears away what a crash left behind', async () => {
    const packs = join(folder, 'c.git/objects/pack');
    (await Clone.open(join(folder, 'c.git'))).close();
    mkdirSync(packs, { recursive: true });
    for (const name of ['tmp_1.pack', `pack-${'a'.repeat(40)}.pack`, 'x.idx.1.tmp'])
      writeFileSync(join(packs, name), 'torn');

    const clone = await Clone.open(join(folder, 'c.git'));

    expect(fs.readdirSync(packs)).toEqual([]);
    clone.close();
  });

  it('merges many small packs into one without losing an object', async () => {
    const clone = await Clone.open(join(folder, 'c.git'));
    const contents = Array.from({ length: 6 }, (_, at) => `content ${at}`);
    for (const text of contents) {
      const pack = packOf([text]);
      clone.add(pack.bytes, pack.objects);
    }

    compactIfNeeded(clone, 5);

    expect(clone.objects.packCount).toBe(1);
    for (const text of contents) expect(clone.objects.has(objectOid('blob', Buffer.from(text)))).toBe(true);
    clone.close();
  });
});
