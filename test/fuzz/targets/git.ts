import { createHash } from 'node:crypto';
import { parseAdvertisement } from '../../../reconciler/source/git/advertisement.ts';
import { ByteReader } from '../../../reconciler/source/git/byte-reader.ts';
import { applyDelta } from '../../../reconciler/source/git/delta.ts';
import { objectOid, parseCommit, parseTree, type GitObject } from '../../../reconciler/source/git/object.ts';
import { indexPack } from '../../../reconciler/source/git/pack-reader.ts';
import { writePack } from '../../../reconciler/source/git/pack-writer.ts';
import { parsePackets, pktLine, readPacket } from '../../../reconciler/source/git/pkt-line.ts';
import { demultiplex } from '../../../reconciler/source/git/side-band.ts';
import { demand, refusing, type Target } from '../target.ts';

const never = new AbortController().signal;
const MAX_OBJECT = 1024 * 1024;
const LIMITS = { maxObjects: 1000, maxObjectBytes: MAX_OBJECT, maxTotalBytes: 8 * MAX_OBJECT };

/** What a git server says. */
export const pktLineTarget: Target = {
  name: 'pkt-line',
  seeds: () => {
    const oid = 'a'.repeat(40);
    const refs = [pktLine(`${oid} HEAD\0side-band-64k ofs-delta`), pktLine(`${oid} refs/heads/main\n`)];
    const flush = Buffer.from('0000');
    return [Buffer.concat([...refs, flush]), Buffer.concat([pktLine('\u0001data'), pktLine('\u0002said'), flush])];
  },
  async read(input) {
    await refusing(() => {
      demand(parsePackets(input).length <= input.length / 4, 'more packets than there is room for');
    });
    await refusing(() => parseAdvertisement(input));
    await refusing(async () => {
      const reader = readerOf(input);
      while ((await readPacket(reader)) !== undefined);
    });
    await refusing(async () => {
      let bytes = 0;
      for await (const chunk of demultiplex(readerOf(input), () => undefined)) bytes += chunk.length;
      demand(bytes <= input.length, 'more came out than went in');
    });
  },
};

/** What a git server sends: packs, objects, deltas. */
export const packTarget: Target = {
  name: 'pack',
  seeds: () => {
    const objects = new Map<string, GitObject>();
    const add = (type: GitObject['type'], bytes: Buffer): string => {
      const oid = objectOid(type, bytes);
      objects.set(oid, { type, bytes });
      return oid;
    };
    const blob = add('blob', Buffer.from('hello\n'.repeat(40)));
    const tree = Buffer.concat([Buffer.from('100644 a.yaml\0'), Buffer.from(blob, 'hex')]);
    const who = 'Jo <jo@example.org> 1700000000 +0000';
    const commit = Buffer.from(`tree ${add('tree', tree)}\nauthor ${who}\ncommitter ${who}\n\nfirst\n`);
    add('commit', commit);
    return [writePack(objects).bytes, tree, commit, DELTA];
  },
  async read(input) {
    await refusing(() => indexPack(input, never, LIMITS));
    // With a checksum that fits, or nothing behind it would ever be reached.
    const body = input.subarray(0, Math.max(0, input.length - 20));
    const whole = Buffer.concat([body, createHash('sha1').update(body).digest()]);
    await refusing(() => indexPack(whole, never, LIMITS));
    await refusing(() => parseTree(input));
    await refusing(() => parseCommit(input));
    await refusing(() => {
      demand(applyDelta(BASE, input, MAX_OBJECT).length <= MAX_OBJECT, 'a delta made more than it may');
    });
  },
};

const BASE = Buffer.from('0123456789'.repeat(10));
/** Base of 100 bytes, result of 14: ten of the base, four new ones. */
const DELTA = Buffer.from([100, 14, 0x90, 10, 4, 0x61, 0x62, 0x63, 0x64]);

function readerOf(input: Buffer): ByteReader {
  async function* chunks(): AsyncGenerator<Buffer> {
    for (let at = 0; at < input.length; at += 1000) yield input.subarray(at, at + 1000);
  }
  return new ByteReader(chunks());
}
