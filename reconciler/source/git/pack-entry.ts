import { inflateSync } from 'node:zlib';
import { corrupt } from './git-error.ts';
import type { ObjectType } from './object.ts';

/** The head of one entry of a pack. */
export interface EntryHead {
  /** A plain object's type, or how its base is named. */
  type: ObjectType | 'ofs-delta' | 'ref-delta';
  /** Bytes after inflating: of the object, or of the delta. */
  size: number;
  /** Where the compressed bytes begin, counted from the entry's first byte. */
  dataAt: number;
  /** How far before this entry the base begins (ofs-delta). */
  distance?: number;
  /** Oid of the base (ref-delta). */
  base?: string;
}

const TYPES = [undefined, 'commit', 'tree', 'blob', 'tag', undefined, 'ofs-delta', 'ref-delta'] as const;
const MAX_HEAD = 10;

/** Reads the head at the start of `bytes`. Throws Transient `GIT_CORRUPT`. */
export function readEntryHead(bytes: Buffer): EntryHead {
  let at = 0;
  const next = (): number => {
    const byte = bytes[at++];
    if (byte === undefined || at > 2 * MAX_HEAD) throw corrupt('an entry of a pack is cut or malformed');
    return byte;
  };
  let byte = next();
  const type = TYPES[(byte >> 4) & 7];
  let size = byte & 15;
  for (let factor = 16; byte & 0x80; factor *= 128) {
    byte = next();
    size += (byte & 0x7f) * factor;
  }
  if (type === undefined || !Number.isSafeInteger(size)) throw corrupt('an entry of a pack has no valid type or size');
  if (type === 'ofs-delta') return { type, size, ...readDistance(next), dataAt: at };
  if (type !== 'ref-delta') return { type, size, dataAt: at };
  if (bytes.length < at + 20) throw corrupt('an entry of a pack is cut');
  return { type, size, base: bytes.toString('hex', at, at + 20), dataAt: at + 20 };
}

function readDistance(next: () => number): { distance: number } {
  let byte = next();
  let distance = byte & 0x7f;
  while (byte & 0x80) {
    byte = next();
    distance = (distance + 1) * 128 + (byte & 0x7f);
  }
  if (distance <= 0 || !Number.isSafeInteger(distance)) throw corrupt('a delta names no valid base');
  return { distance };
}

/** The head of an entry, for writing. */
export function formatEntryHead(type: ObjectType | 'ofs-delta', size: number): Buffer {
  const bytes: number[] = [];
  let rest = Math.floor(size / 16);
  let byte = (TYPES.indexOf(type) << 4) | (size % 16);
  while (rest > 0) {
    bytes.push(byte | 0x80);
    byte = rest % 128;
    rest = Math.floor(rest / 128);
  }
  bytes.push(byte);
  return Buffer.from(bytes);
}

/** The head of a delta of `size` bytes whose base begins `distance` bytes before it. */
export function formatDeltaHead(size: number, distance: number): Buffer {
  const bytes = [distance % 128];
  for (let rest = Math.floor(distance / 128); rest > 0; rest = Math.floor(rest / 128)) {
    rest -= 1;
    bytes.unshift((rest % 128) | 0x80);
  }
  return Buffer.concat([formatEntryHead('ofs-delta', size), Buffer.from(bytes)]);
}

/** Typed narrowly: with `info` zlib gives the engine too, whose `bytesWritten` is what it consumed. */
const inflateInfo = inflateSync as unknown as (
  bytes: Buffer,
  options: { info: true; chunkSize: number; maxOutputLength: number },
) => { buffer: Buffer; engine: { bytesWritten: number } };

/** Inflates the stream at the start of `bytes` to exactly `size` bytes and says how many bytes it took. */
export function inflateExactly(bytes: Buffer, size: number): { content: Buffer; consumed: number } {
  try {
    const limits = { chunkSize: Math.max(64, Math.min(size + 1, 65_536)), maxOutputLength: Math.max(1, size) };
    const { buffer, engine } = inflateInfo(bytes, { info: true, ...limits });
    if (buffer.length !== size) throw corrupt('an object has another size than announced');
    return { content: buffer, consumed: engine.bytesWritten };
  } catch (error) {
    throw corrupt('an object does not decompress', error);
  }
}
