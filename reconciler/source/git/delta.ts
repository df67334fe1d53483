import { corrupt } from './git-error.ts';

/** The size of what a delta makes, without making it. */
export function deltaResultSize(delta: Buffer): number {
  return readSizes(delta).result;
}

/** Applies a delta to its base. Throws Transient `GIT_CORRUPT`; never makes more than `maxBytes`. */
export function applyDelta(base: Buffer, delta: Buffer, maxBytes: number): Buffer {
  const sizes = readSizes(delta);
  if (sizes.base !== base.length) throw corrupt('a delta does not fit its base');
  if (sizes.result > maxBytes) throw corrupt('a delta makes more than an object may hold');
  const result = Buffer.allocUnsafe(sizes.result);
  let at = sizes.at;
  let filled = 0;
  while (at < delta.length) {
    const op = delta[at++]!;
    if (op === 0) throw corrupt('a delta holds a reserved instruction');
    let source = delta;
    let from = at;
    let length = op;
    if (op & 0x80) {
      const copy = readCopy(delta, at, op);
      at = copy.at;
      source = base;
      from = copy.from;
      length = copy.length;
    } else {
      at += length;
    }
    if (from + length > source.length || filled + length > result.length) throw corrupt('a delta reaches too far');
    source.copy(result, filled, from, from + length);
    filled += length;
  }
  if (filled !== result.length) throw corrupt('a delta makes less than announced');
  return result;
}

function readCopy(delta: Buffer, start: number, op: number): { at: number; from: number; length: number } {
  let at = start;
  const bits = (first: number, count: number): number => {
    let value = 0;
    for (let index = 0; index < count; index++) {
      if (!(op & (first << index))) continue;
      const byte = delta[at++];
      if (byte === undefined) throw corrupt('a delta is cut');
      value += byte * 256 ** index;
    }
    return value;
  };
  const from = bits(0x01, 4);
  const length = bits(0x10, 3);
  return { at, from, length: length === 0 ? 0x10000 : length };
}

function readSizes(delta: Buffer): { base: number; result: number; at: number } {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = delta[at++];
      if (byte === undefined || factor > 2 ** 42) throw corrupt('a delta is cut');
      value += (byte & 0x7f) * factor;
      if (!(byte & 0x80)) return value;
    }
  };
  return { base: varint(), result: varint(), at };
}
