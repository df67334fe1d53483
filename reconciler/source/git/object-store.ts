import { readFileSync, readdirSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { Transient } from '../../model/errors.ts';
import { GitCode } from './git-error.ts';
import { hasLoose, isAbsent, readLoose } from './loose-object.ts';
import type { GitObject, ObjectType } from './object.ts';
import { PackFile, objectTooLarge } from './pack-file.ts';
import { isOid } from './ref-name.ts';

const MAX_ALTERNATES = 16;
const DEFAULT_MAX_BYTES = 128 * 1024 * 1024;
/** From so many objects on, packs are read into memory and passed over once, in their order. */
const BULK = 100;

/** One blob of a bulk read; `bytes` is undefined when it is larger than was asked for. */
export interface ReadBlob {
  oid: string;
  bytes: Buffer | undefined;
}

/**
 * Reads the objects of a repository: packs, loose objects and alternates. Synchronous, for the git thread. What is not
 * found is looked for once more with a fresh list of packs, since a `git gc` may have moved it.
 */
export class ObjectStore {
  readonly #root: string;
  #folders: string[] = [];
  #packs = new Map<string, PackFile>();

  constructor(objectsDir: string) {
    this.#root = objectsDir;
    this.refresh();
  }

  get packCount(): number {
    return this.#packs.size;
  }

  /** The open packs of this repository, alternates included. */
  packs(): PackFile[] {
    return [...this.#packs.values()];
  }

  /** Lists packs and alternates anew. */
  refresh(): void {
    this.#folders = alternatesOf(this.#root);
    const found = new Map<string, PackFile>();
    for (const base of this.#folders.flatMap(listPacks)) {
      const pack = this.#packs.get(base) ?? openPack(base);
      if (pack) found.set(base, pack);
    }
    for (const [base, pack] of this.#packs) if (!found.has(base)) pack.close();
    this.#packs = found;
  }

  /** Whether the object is there, of any size. */
  has(oid: string): boolean {
    if (this.hasQuick(oid)) return true;
    this.refresh();
    return this.hasQuick(oid);
  }

  /** The same without listing the packs anew. */
  hasQuick(oid: string): boolean {
    if (!isOid(oid)) return false;
    return this.#locate(oid) !== undefined || this.#folders.some((folder) => hasLoose(folder, oid));
  }

  /** Lets go of what reading has left in memory. */
  release(): void {
    for (const pack of this.#packs.values()) pack.release();
  }

  /** The object, or undefined. Throws InvalidInput `GIT_TOO_LARGE` beyond `maxBytes`, Transient `GIT_CORRUPT`. */
  read(oid: string, maxBytes = DEFAULT_MAX_BYTES): GitObject | undefined {
    const found = this.#find(oid, maxBytes);
    if (found) return found;
    this.refresh();
    return this.#find(oid, maxBytes);
  }

  /** The content of an object that must be there and of this type, else Transient `GIT_OBJECT_MISSING`. */
  need(oid: string, type: ObjectType, maxBytes?: number): Buffer {
    const object = this.read(oid, maxBytes);
    if (object?.type === type) return object.bytes;
    throw new Transient(`The ${type} ${oid.slice(0, 12)} is not in the local copy of the repository.`, {
      code: GitCode.objectMissing,
      hint: 'It is fetched again; if it stays, delete the clone below the state folder.',
    });
  }

  /** Blobs in the order in which they lie on disk. Missing ones throw as `need` does. */
  *readBlobs(oids: readonly string[], maxBytes: number): Generator<ReadBlob> {
    const bulk = oids.length >= BULK;
    const rest: string[] = [];
    const perPack = new Map<PackFile, { oid: string; offset: number }[]>();
    for (const oid of oids) {
      const place = this.#locate(oid);
      if (!place) rest.push(oid);
      else if (perPack.has(place.pack)) perPack.get(place.pack)!.push({ oid, offset: place.offset });
      else perPack.set(place.pack, [{ oid, offset: place.offset }]);
    }
    for (const [pack, wanted] of perPack) {
      wanted.sort((a, b) => a.offset - b.offset);
      if (bulk) pack.hold();
      try {
        for (const { oid } of wanted) yield { oid, bytes: this.#blob(oid, maxBytes) };
      } finally {
        if (bulk) pack.release();
      }
    }
    for (const oid of rest) yield { oid, bytes: this.#blob(oid, maxBytes) };
  }

  close(): void {
    for (const pack of this.#packs.values()) pack.close();
    this.#packs.clear();
  }

  #blob(oid: string, maxBytes: number): Buffer | undefined {
    try {
      const bytes = this.need(oid, 'blob', maxBytes);
      return bytes.length > maxBytes ? undefined : bytes;
    } catch (error) {
      if ((error as { code?: string }).code === GitCode.tooLarge) return undefined;
      throw error;
    }
  }

  #find(oid: string, maxBytes: number): GitObject | undefined {
    if (!isOid(oid)) return undefined;
    const place = this.#locate(oid);
    const object = place
      ? place.pack.read(place.offset, maxBytes, (base) => this.#find(base, maxBytes))
      : this.#findLoose(oid, maxBytes);
    if (object && object.bytes.length > maxBytes) throw objectTooLarge(maxBytes);
    return object;
  }

  #findLoose(oid: string, maxBytes: number): GitObject | undefined {
    for (const folder of this.#folders) {
      const object = readLoose(folder, oid, maxBytes);
      if (object) return object;
    }
    return undefined;
  }

  #locate(oid: string): { pack: PackFile; offset: number } | undefined {
    for (const pack of this.#packs.values()) {
      const offset = pack.index.offsetOf(oid);
      if (offset !== undefined) return { pack, offset };
    }
    return undefined;
  }
}

function alternatesOf(root: string): string[] {
  const folders = [root];
  for (let at = 0; at < folders.length && folders.length < MAX_ALTERNATES; at++) {
    for (const line of readLines(join(folders[at]!, 'info', 'alternates'))) {
      const folder = isAbsolute(line) ? line : resolve(folders[at]!, line);
      if (line !== '' && !line.startsWith('#') && !folders.includes(folder)) folders.push(folder);
    }
  }
  return folders.slice(0, MAX_ALTERNATES);
}

function readLines(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n');
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

/** Packs that are whole: those with an index, which is always written last. */
function listPacks(folder: string): string[] {
  try {
    const names = readdirSync(join(folder, 'pack'));
    return names
      .filter((name) => /^pack-[0-9a-f]+\.idx$/.test(name))
      .map((name) => join(folder, 'pack', name.slice(0, -4)));
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

function openPack(base: string): PackFile | undefined {
  try {
    return new PackFile(base);
  } catch (error) {
    // Removed by a `git gc` between listing and opening: its objects stand in another pack.
    if (isAbsent(error)) return undefined;
    throw error;
  }
}
