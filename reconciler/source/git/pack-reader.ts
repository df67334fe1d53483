import { createHash } from 'node:crypto';
import { setImmediate as breathe } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import { applyDelta } from './delta.ts';
import { corrupt, tooLarge } from './git-error.ts';
import { LruBytes } from './lru-bytes.ts';
import { objectOid } from './object.ts';
import type { GitObject, ObjectType } from './object.ts';
import { inflateExactly, readEntryHead } from './pack-entry.ts';
import type { EntryHead } from './pack-entry.ts';

export interface PackLimits {
  maxObjects: number;
  /** The largest single object after inflating. */
  maxObjectBytes: number;
  /** All objects together after inflating. */
  maxTotalBytes: number;
}

export const DEFAULT_PACK_LIMITS: PackLimits = {
  maxObjects: 5_000_000,
  maxObjectBytes: 128 * 1024 * 1024,
  maxTotalBytes: 4 * 1024 * 1024 * 1024,
};

/** What an index needs to know of one object of a pack. */
export interface PackedObject {
  oid: string;
  offset: number;
  crc: number;
}

interface Entry {
  offset: number;
  head: EntryHead;
  crc: number;
  oid?: string;
  type?: ObjectType;
  /** Instructions of a delta, kept from the first pass while there is room. */
  delta?: Buffer;
}

const HEADER = 12;
const TRAILER = 20;
const MAX_CHAIN = 10_000;
const CACHE_BYTES = 48 * 1024 * 1024;
const KEPT_DELTA_BYTES = 32 * 1024 * 1024;
const BREATHE_EVERY = 2000;

/**
 * Reads a whole pack once, front to back, checks its SHA-1, inflates and hashes every object, and resolves deltas.
 * Throws Transient `GIT_CORRUPT` for anything that does not add up and InvalidInput `GIT_TOO_LARGE` beyond the limits;
 * gives other work a turn in between, so that the signal is seen.
 */
export async function indexPack(
  pack: Buffer,
  signal: AbortSignal,
  limits: PackLimits = DEFAULT_PACK_LIMITS,
): Promise<PackedObject[]> {
  const count = checkEnvelope(pack, limits);
  const reader = new PackPass(pack, limits);
  for (let done = 0; done < count; done++) {
    reader.readNext();
    if (done % BREATHE_EVERY === 0) {
      await breathe();
      signal.throwIfAborted();
    }
  }
  reader.checkEnd();
  await reader.resolveDeltas(signal);
  return reader.objects();
}

function checkEnvelope(pack: Buffer, limits: PackLimits): number {
  if (pack.length < HEADER + TRAILER || pack.toString('latin1', 0, 4) !== 'PACK') throw corrupt('this is not a pack');
  const version = pack.readUInt32BE(4);
  if (version !== 2 && version !== 3) throw corrupt(`a pack of version ${version} is unknown`);
  const count = pack.readUInt32BE(8);
  if (count > limits.maxObjects) {
    throw tooLarge(
      `The repository sends ${count} objects at once; at most ${limits.maxObjects} are accepted.`,
      LIMIT_HINT,
    );
  }
  const sum = createHash('sha1').update(pack.subarray(0, -TRAILER)).digest();
  if (!sum.equals(pack.subarray(-TRAILER))) throw corrupt('a pack does not match its checksum');
  return count;
}

const LIMIT_HINT = 'Keep large or many binary files out of the configuration repository.';

class PackPass {
  readonly #pack: Buffer;
  readonly #limits: PackLimits;
  readonly #entries: Entry[] = [];
  readonly #byOffset = new Map<number, Entry>();
  readonly #byOid = new Map<string, Entry>();
  readonly #cache = new LruBytes<number>(CACHE_BYTES);
  #at = HEADER;
  #total = 0;
  #kept = 0;

  constructor(pack: Buffer, limits: PackLimits) {
    this.#pack = pack;
    this.#limits = limits;
  }

  readNext(): void {
    const offset = this.#at;
    const body = this.#pack.subarray(offset, this.#pack.length - TRAILER);
    const head = readEntryHead(body);
    this.#charge(head.size);
    const { content, consumed } = inflateExactly(body.subarray(head.dataAt), head.size);
    const length = head.dataAt + consumed;
    const entry: Entry = { offset, head, crc: crc32(body.subarray(0, length)) };
    if (head.type !== 'ofs-delta' && head.type !== 'ref-delta') {
      this.#settle(entry, { type: head.type, bytes: content });
    } else if (this.#kept + content.length <= KEPT_DELTA_BYTES) {
      this.#kept += content.length;
      entry.delta = content;
    }
    this.#entries.push(entry);
    this.#byOffset.set(offset, entry);
    this.#at += length;
  }

  checkEnd(): void {
    if (this.#at !== this.#pack.length - TRAILER) throw corrupt('a pack holds more than it announces');
  }

  /** Deltas by offset first; a delta named by oid may stand on one that is resolved later, hence the rounds. */
  async resolveDeltas(signal: AbortSignal): Promise<void> {
    let open = this.#entries.filter((entry) => entry.oid === undefined);
    for (let done = 0; open.length > 0;) {
      const postponed: Entry[] = [];
      for (const entry of open) {
        if (!this.#resolve(entry)) postponed.push(entry);
        if (++done % BREATHE_EVERY === 0) {
          await breathe();
          signal.throwIfAborted();
        }
      }
      if (postponed.length === open.length) throw corrupt('a delta stands on an object that is not there');
      open = postponed;
    }
  }

  objects(): PackedObject[] {
    return this.#entries.map(({ oid, offset, crc }) => ({ oid: oid!, offset, crc }));
  }

  /** Walks down to a base that is there, then applies the deltas upwards. False: a base by oid is not known yet. */
  #resolve(entry: Entry): boolean {
    const chain: Entry[] = [];
    let at = entry;
    while (at.head.type === 'ofs-delta' || at.head.type === 'ref-delta') {
      if (this.#cache.has(at.offset)) break;
      chain.push(at);
      const base = this.#baseOf(at);
      if (!base) return false;
      if (chain.length > MAX_CHAIN) throw corrupt('a chain of deltas is too long');
      at = base;
    }
    let object = this.#cache.get(at.offset) ?? { type: at.type!, bytes: this.#inflate(at) };
    for (const delta of chain.reverse()) {
      const bytes = applyDelta(object.bytes, delta.delta ?? this.#inflate(delta), this.#limits.maxObjectBytes);
      object = { type: object.type, bytes };
      if (delta.oid === undefined) {
        this.#charge(bytes.length);
        this.#settle(delta, object);
      } else {
        this.#cache.set(delta.offset, object);
      }
    }
    return true;
  }

  #baseOf(entry: Entry): Entry | undefined {
    if (entry.head.base !== undefined) return this.#byOid.get(entry.head.base);
    const base = this.#byOffset.get(entry.offset - entry.head.distance!);
    if (!base) throw corrupt('a delta stands on an object that is not there');
    return base;
  }

  #inflate(entry: Entry): Buffer {
    return inflateExactly(this.#pack.subarray(entry.offset + entry.head.dataAt), entry.head.size).content;
  }

  #settle(entry: Entry, object: GitObject): void {
    entry.oid = objectOid(object.type, object.bytes);
    entry.type = object.type;
    this.#byOid.set(entry.oid, entry);
    this.#cache.set(entry.offset, object);
  }

  #charge(bytes: number): void {
    this.#total += bytes;
    if (bytes <= this.#limits.maxObjectBytes && this.#total <= this.#limits.maxTotalBytes) return;
    throw tooLarge('The repository holds more or larger files than are accepted.', LIMIT_HINT);
  }
}
