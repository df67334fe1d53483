import { createHash } from 'node:crypto';
import { corrupt } from './git-error.ts';
import type { PackedObject } from './pack-reader.ts';

const MAGIC = Buffer.from([0xff, 0x74, 0x4f, 0x63, 0, 0, 0, 2]);
const FANOUT = 8;
const NAMES = FANOUT + 256 * 4;

/** A version 2 index of a pack, as git and isomorphic-git read it. `packSum` is the pack's last 20 bytes. */
export function formatPackIndex(objects: readonly PackedObject[], packSum: Buffer): Buffer {
  const sorted = [...objects].sort((a, b) => (a.oid < b.oid ? -1 : a.oid > b.oid ? 1 : 0));
  const large = sorted.filter(({ offset }) => offset >= 2 ** 31);
  const count = sorted.length;
  const index = Buffer.alloc(NAMES + count * 28 + large.length * 8 + 40);
  MAGIC.copy(index);
  const fanout = new Array<number>(256).fill(0);
  let nextLarge = 0;
  sorted.forEach(({ oid, offset, crc }, at) => {
    fanout[Number.parseInt(oid.slice(0, 2), 16)]!++;
    index.write(oid, NAMES + at * 20, 'hex');
    index.writeUInt32BE(crc, NAMES + count * 20 + at * 4);
    const offsetAt = NAMES + count * 24 + at * 4;
    if (offset < 2 ** 31) return void index.writeUInt32BE(offset, offsetAt);
    index.writeUInt32BE(2 ** 31 + nextLarge, offsetAt);
    index.writeBigUInt64BE(BigInt(offset), NAMES + count * 28 + nextLarge * 8);
    nextLarge++;
  });
  let sum = 0;
  fanout.forEach((entries, first) => index.writeUInt32BE((sum += entries), FANOUT + first * 4));
  packSum.copy(index, index.length - 40);
  createHash('sha1')
    .update(index.subarray(0, -20))
    .digest()
    .copy(index, index.length - 20);
  return index;
}

/** Looks objects up in a version 2 index. */
export class PackIndex {
  readonly #bytes: Buffer;
  /** Number of objects. */
  readonly count: number;
  #offsets: Float64Array | undefined;

  /** Throws Transient `GIT_CORRUPT` when the bytes are not a version 2 index of consistent size. */
  constructor(bytes: Buffer) {
    if (bytes.length < NAMES + 40 || !bytes.subarray(0, 8).equals(MAGIC)) {
      throw corrupt('the index of a pack is not of version 2');
    }
    this.#bytes = bytes;
    this.count = bytes.readUInt32BE(NAMES - 4);
    if (bytes.length < NAMES + this.count * 28 + 40) throw corrupt('the index of a pack is cut');
  }

  /** Where the object begins in the pack, or undefined. */
  offsetOf(oid: string): number | undefined {
    const wanted = Buffer.from(oid, 'hex');
    const first = wanted[0]!;
    let low = first === 0 ? 0 : this.#bytes.readUInt32BE(FANOUT + (first - 1) * 4);
    let high = Math.min(this.#bytes.readUInt32BE(FANOUT + first * 4), this.count);
    while (low < high) {
      const middle = (low + high) >>> 1;
      const at = NAMES + middle * 20;
      const order = this.#bytes.compare(wanted, 0, 20, at, at + 20);
      if (order === 0) return this.#offsetAt(middle);
      if (order < 0) low = middle + 1;
      else high = middle;
    }
    return undefined;
  }

  /** Where the entry after the one at `offset` begins, or `end` for the last. */
  nextOffset(offset: number, end: number): number {
    const offsets = (this.#offsets ??= Float64Array.from({ length: this.count }, (_, at) => this.#offsetAt(at)).sort());
    let low = 0;
    let high = offsets.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (offsets[middle]! <= offset) low = middle + 1;
      else high = middle;
    }
    return offsets[low] ?? end;
  }

  /** Every oid, sorted. */
  *oids(): Generator<string> {
    for (let at = 0; at < this.count; at++) yield this.#bytes.toString('hex', NAMES + at * 20, NAMES + at * 20 + 20);
  }

  #offsetAt(position: number): number {
    const offset = this.#bytes.readUInt32BE(NAMES + this.count * 24 + position * 4);
    if (offset < 2 ** 31) return offset;
    const at = NAMES + this.count * 28 + (offset - 2 ** 31) * 8;
    if (at + 8 > this.#bytes.length - 40) throw corrupt('the index of a pack names an offset that is not there');
    return Number(this.#bytes.readBigUInt64BE(at));
  }
}
