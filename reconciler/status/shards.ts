import { createHash } from 'node:crypto';

/** Most files in one folder of hosts before it is split, and the number of folders it is split into. */
export const SHARD_LIMIT = 8;
const FAN_OUT = 8;
const MAX_DEPTH = 12;

interface Folder {
  count: number;
  /** Names in this folder; undefined once it is split. */
  names: Set<string> | undefined;
  folders: Map<string, Folder>;
}

/** The digits (octal) that place a name: from a digest of the name alone, so they never change. */
export function shardDigits(name: string): string {
  const bytes = createHash('sha256').update(name).digest().subarray(0, MAX_DEPTH);
  return Array.from(bytes, (byte) => byte % FAN_OUT).join('');
}

/**
 * Where the hosts of one cluster lie: `3/` or, where more than `SHARD_LIMIT` names begin with that digit, `3/1/`, and so
 * on. The placement depends on the set of names alone, never on the order in which they came: a daemon that starts anew
 * finds every file where the last one left it. A name that is added moves at most the few files of the one folder that
 * becomes full, as renames of unchanged blobs; all others stay.
 *
 * Small folders in several levels, rather than few large ones, because a commit has to write anew every folder on the way
 * to a changed file, at some 25 bytes an entry: for one host of 1,000 that is 0.7 kB, where one level of 32 takes 1.6 kB.
 */
export class Shards {
  readonly #root: Folder = newFolder();

  constructor() {
    // The first level is always there, so that the shape of a path does not depend on the size of a cluster.
    this.#root.names = undefined;
  }

  get size(): number {
    return this.#root.count;
  }

  /** Folder of a name that was added, such as `3/1`. Undefined when it was not. */
  folderOf(name: string): string | undefined {
    const digits = shardDigits(name);
    let folder: Folder | undefined = this.#root;
    for (let depth = 0; folder; depth += 1) {
      if (folder.names) return folder.names.has(name) ? digits.slice(0, depth).split('').join('/') : undefined;
      folder = folder.folders.get(digits[depth]!);
    }
    return undefined;
  }

  /** Adds a name; gives all names whose folder is now another, itself first. Adding twice gives nothing. */
  add(name: string): string[] {
    if (this.folderOf(name) !== undefined) return [];
    const digits = shardDigits(name);
    let folder = this.#root;
    let depth = 0;
    for (folder.count += 1; !folder.names; depth += 1) {
      folder = childOf(folder, digits[depth]!);
      folder.count += 1;
    }
    const moved = folder.count > SHARD_LIMIT && depth < MAX_DEPTH ? [...folder.names] : [];
    folder.names.add(name);
    if (moved.length > 0) split(folder, depth);
    return [name, ...moved];
  }

  /** Removes a name; gives the names whose folder is now another because folders were joined again. */
  remove(name: string): string[] {
    if (this.folderOf(name) === undefined) return [];
    const digits = shardDigits(name);
    let folder = this.#root;
    let joined: Folder | undefined;
    for (let depth = 0; ; depth += 1) {
      folder.count -= 1;
      if (!joined && depth > 0 && !folder.names && folder.count <= SHARD_LIMIT) joined = folder;
      if (folder.names) break;
      const child = folder.folders.get(digits[depth]!)!;
      if (child.count === 1) folder.folders.delete(digits[depth]!);
      folder = child;
    }
    folder.names.delete(name);
    if (!joined) return [];
    joined.names = new Set(namesBelow(joined).filter((other) => other !== name));
    joined.folders = new Map();
    return [...joined.names];
  }
}

function newFolder(): Folder {
  return { count: 0, names: new Set(), folders: new Map() };
}

function childOf(folder: Folder, digit: string): Folder {
  let child = folder.folders.get(digit);
  if (!child) {
    child = newFolder();
    folder.folders.set(digit, child);
  }
  return child;
}

function split(folder: Folder, depth: number): void {
  const names = folder.names!;
  folder.names = undefined;
  for (const name of names) {
    const child = childOf(folder, shardDigits(name)[depth]!);
    child.count += 1;
    child.names!.add(name);
  }
  for (const child of folder.folders.values()) {
    if (child.count > SHARD_LIMIT && depth + 1 < MAX_DEPTH) split(child, depth + 1);
  }
}

function namesBelow(folder: Folder): string[] {
  return folder.names ? [...folder.names] : [...folder.folders.values()].flatMap(namesBelow);
}
