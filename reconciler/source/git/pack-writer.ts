import { createHash } from 'node:crypto';
import { crc32, deflateSync } from 'node:zlib';
import { DeltaBase, lineDelta } from './line-delta.ts';
import type { GitObject } from './object.ts';
import { formatDeltaHead, formatEntryHead } from './pack-entry.ts';
import type { PackedObject } from './pack-reader.ts';

/** A pack in memory and what its index needs. */
export interface WrittenPack {
  bytes: Buffer;
  objects: PackedObject[];
}

/** Whole blobs of the same pack that a blob may be told from: the newest ones. */
const BASES = 4;
/** Larger blobs are written whole. */
const MAX_DELTA_BYTES = 64 * 1024;
/** A delta must be this much smaller than its blob, before deflating, to be worth one. */
const MOST_OF_BLOB = 0.6;

/**
 * Packs objects; `deltas` (default true) lets a blob be told from a whole one before it in the same pack, never from another
 * delta: a thousand status files of one kind become a third as large. The server must take `ofs-delta`.
 */
export function writePack(objects: ReadonlyMap<string, GitObject>, { deltas = true } = {}): WrittenPack {
  const header = Buffer.alloc(12);
  header.write('PACK', 'latin1');
  header.writeUInt32BE(2, 4);
  header.writeUInt32BE(objects.size, 8);
  const parts: Buffer[] = [header];
  const packed: PackedObject[] = [];
  const bases: { base: DeltaBase; offset: number }[] = [];
  let offset = header.length;
  for (const [oid, { type, bytes }] of objects) {
    const candidate = deltas && type === 'blob' && bytes.length <= MAX_DELTA_BYTES;
    let entry = candidate ? deltaEntry(bytes, offset, bases) : undefined;
    if (!entry) {
      entry = Buffer.concat([formatEntryHead(type, bytes.length), deflateSync(bytes)]);
      if (candidate) bases.unshift({ base: new DeltaBase(bytes), offset });
      if (bases.length > BASES) bases.pop();
    }
    packed.push({ oid, offset, crc: crc32(entry) });
    parts.push(entry);
    offset += entry.length;
  }
  const body = Buffer.concat(parts);
  const sum = createHash('sha1').update(body).digest();
  return { bytes: Buffer.concat([body, sum]), objects: packed };
}

/** The blob as a delta from one of the bases; undefined when it is not like any of them. */
function deltaEntry(
  bytes: Buffer,
  offset: number,
  bases: readonly { base: DeltaBase; offset: number }[],
): Buffer | undefined {
  for (const { base, offset: baseOffset } of bases) {
    const delta = lineDelta(base, bytes);
    if (delta.length > bytes.length * MOST_OF_BLOB) continue;
    return Buffer.concat([formatDeltaHead(delta.length, offset - baseOffset), deflateSync(delta)]);
  }
  return undefined;
}
