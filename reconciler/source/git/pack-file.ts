import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { applyDelta, deltaResultSize } from './delta.ts';
import { corrupt, tooLarge } from './git-error.ts';
import { LruBytes } from './lru-bytes.ts';
import type { GitObject } from './object.ts';
import { inflateExactly, readEntryHead } from './pack-entry.ts';
import type { EntryHead } from './pack-entry.ts';
import { PackIndex } from './pack-index.ts';

const TRAILER = 20;
const MAX_CHAIN = 10_000;
const CACHE_BYTES = 16 * 1024 * 1024;
/** Packs up to this size are read whole for a bulk read, and let go of afterwards. */
const MAX_IN_MEMORY = 256 * 1024 * 1024;
const MAX_BASE_BYTES = 128 * 1024 * 1024;
const NOWHERE = -1;

/** One pack on disk, read by offset. Stays readable after `git gc` has removed its name. */
export class PackFile {
  readonly index: PackIndex;
  readonly path: string;
  readonly size: number;
  readonly #fd: number;
  readonly #cache = new LruBytes<number>(CACHE_BYTES);
  #memory: Buffer | undefined;
  #closed = false;

  /** Opens `<base>.pack` with `<base>.idx`. Throws the errors of the file system, or Transient `GIT_CORRUPT`. */
  constructor(base: string) {
    this.path = `${base}.pack`;
    this.index = new PackIndex(readFileSync(`${base}.idx`));
    this.#fd = openSync(this.path, 'r');
    this.size = fstatSync(this.#fd).size;
  }

  /** Reads the whole pack into memory until `release`. */
  hold(): void {
    if (this.#memory || this.#closed || this.size > MAX_IN_MEMORY) return;
    this.#memory = readAt(this.#fd, 0, this.size);
  }

  /** Lets go of what is kept in memory. */
  release(): void {
    this.#memory = undefined;
    this.#cache.clear();
  }

  close(): void {
    this.release();
    this.#closed = true;
    closeSync(this.#fd);
  }

  /**
   * The object at an offset that the index gave. `external` finds bases outside this pack. Throws InvalidInput
   * `GIT_TOO_LARGE` when it is larger than `maxBytes`, before it is made.
   */
  read(offset: number, maxBytes: number, external: (oid: string) => GitObject | undefined): GitObject {
    const chain: { offset: number; delta: Buffer }[] = [];
    let object = this.#cache.get(offset);
    for (let at = offset; !object;) {
      const bytes = this.#entry(at);
      const head = readEntryHead(bytes);
      const limit = at === offset ? maxBytes : MAX_BASE_BYTES;
      if (head.size > limit) throw objectTooLarge(limit);
      const content = inflateExactly(bytes.subarray(head.dataAt), head.size).content;
      if (head.type !== 'ofs-delta' && head.type !== 'ref-delta') {
        object = { type: head.type, bytes: content };
        this.#cache.set(at, object);
        break;
      }
      if (deltaResultSize(content) > limit) throw objectTooLarge(limit);
      chain.push({ offset: at, delta: content });
      if (chain.length > MAX_CHAIN) throw corrupt('a chain of deltas is too long');
      at = this.#baseOffset(at, head) ?? NOWHERE;
      object = at === NOWHERE ? external(head.base!) : this.#cache.get(at);
      if (!object && at === NOWHERE) throw corrupt('a delta stands on an object that is not there');
    }
    for (const step of chain.reverse()) {
      object = { type: object.type, bytes: applyDelta(object.bytes, step.delta, MAX_BASE_BYTES) };
      this.#cache.set(step.offset, object);
    }
    return object;
  }

  /** Where the base of a delta begins; undefined when it is outside this pack. */
  #baseOffset(at: number, head: EntryHead): number | undefined {
    if (head.base !== undefined) return this.index.offsetOf(head.base);
    return at - head.distance!;
  }

  #entry(offset: number): Buffer {
    const end = this.index.nextOffset(offset, this.size - TRAILER);
    if (offset < 12 || end <= offset || end > this.size - TRAILER) throw corrupt('an index points outside its pack');
    return this.#memory ? this.#memory.subarray(offset, end) : readAt(this.#fd, offset, end - offset);
  }
}

/** The error for an object beyond a limit; the reader of documents makes a diagnostic of it. */
export function objectTooLarge(maxBytes: number): Error {
  return tooLarge(`An object is larger than ${maxBytes} bytes.`, 'Split the file.');
}

function readAt(fd: number, offset: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  for (let filled = 0; filled < length;) {
    const read = readSync(fd, bytes, filled, length - filled, offset + filled);
    if (read === 0) throw corrupt('a pack is shorter than its index says');
    filled += read;
  }
  return bytes;
}
