import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import fs from 'node:fs';
import { join } from 'node:path';
import git from 'isomorphic-git';
import { corrupt, tooLarge } from './git-error.ts';
import { ObjectStore } from './object-store.ts';
import { formatPackIndex } from './pack-index.ts';
import { DEFAULT_PACK_LIMITS, indexPack } from './pack-reader.ts';
import type { PackLimits, PackedObject } from './pack-reader.ts';
import { isOid } from './ref-name.ts';
import { readRef, updateRef } from './refs.ts';
import { replaceFileSynced, syncFolder, writeFileSynced } from './synced-file.ts';

/** The largest pack that one fetch may bring. */
export const MAX_PACK_BYTES = 512 * 1024 * 1024;

/**
 * A bare clone of our own below the state folder, written by nobody else. A pack is visible only when it, its index and
 * the shallow boundary that it needs are whole and on disk.
 */
export class Clone {
  readonly gitDir: string;
  readonly objects: ObjectStore;
  readonly #packDir: string;

  private constructor(gitDir: string) {
    this.gitDir = gitDir;
    this.#packDir = join(gitDir, 'objects', 'pack');
    mkdirSync(this.#packDir, { recursive: true });
    this.#removeLeftovers();
    this.objects = new ObjectStore(join(gitDir, 'objects'));
  }

  /** Opens the clone, or makes an empty one beside its place and renames it there. */
  static async open(gitDir: string): Promise<Clone> {
    if (!existsSync(join(gitDir, 'HEAD'))) {
      const temporary = `${gitDir}.${randomBytes(6).toString('hex')}.tmp`;
      mkdirSync(join(gitDir, '..'), { recursive: true, mode: 0o700 });
      await git.init({ fs, gitdir: temporary, bare: true, defaultBranch: 'main' });
      rmSync(gitDir, { recursive: true, force: true });
      renameSync(temporary, gitDir);
      syncFolder(join(gitDir, '..'));
    }
    return new Clone(gitDir);
  }

  /** The commits whose parents are not here. */
  shallow(): string[] {
    const path = join(this.gitDir, 'shallow');
    return existsSync(path) ? readFileSync(path, 'utf8').split('\n').filter(isOid) : [];
  }

  setShallow(oids: Iterable<string>): void {
    replaceFileSynced(join(this.gitDir, 'shallow'), Buffer.from([...new Set(oids)].map((oid) => `${oid}\n`).join('')));
  }

  ref(name: string): string | undefined {
    return readRef(this.gitDir, name);
  }

  /** Moves a ref of ours, wherever it was. */
  setRef(name: string, oid: string): void {
    rmSync(join(this.gitDir, `${name}.lock`), { force: true });
    const outcome = updateRef(this.gitDir, name, this.ref(name), oid);
    if (outcome !== 'updated') throw corrupt(`the ref ${name} of our clone is ${outcome}`);
  }

  /** Takes a pack from the network: to a temporary file, checked and indexed, then made visible. */
  async receive(
    chunks: AsyncIterable<Buffer>,
    boundary: { shallow: readonly string[]; unshallow: readonly string[] },
    signal: AbortSignal,
    limits: PackLimits & { maxPackBytes?: number } = DEFAULT_PACK_LIMITS,
  ): Promise<void> {
    const temporary = join(this.#packDir, `tmp_${randomBytes(8).toString('hex')}.pack`);
    try {
      await writeChunks(temporary, chunks, limits.maxPackBytes ?? MAX_PACK_BYTES);
      const pack = readFileSync(temporary);
      const objects = await indexPack(pack, signal, limits);
      const before = this.shallow();
      if (boundary.shallow.length > 0) this.setShallow([...before, ...boundary.shallow]);
      if (objects.length > 0) this.#publish(temporary, objects, pack.subarray(-20));
      if (boundary.unshallow.length > 0) {
        const gone = new Set(boundary.unshallow);
        this.setShallow(this.shallow().filter((oid) => !gone.has(oid)));
      }
    } finally {
      rmSync(temporary, { force: true });
    }
    this.objects.refresh();
  }

  /** Adds a pack that was made here. */
  add(bytes: Buffer, objects: readonly PackedObject[]): void {
    const temporary = join(this.#packDir, `tmp_${randomBytes(8).toString('hex')}.pack`);
    writeFileSynced(temporary, bytes, 0o444);
    this.#publish(temporary, objects, bytes.subarray(-20));
    this.objects.refresh();
  }

  /** Removes packs whose objects stand in another one. */
  remove(paths: readonly string[]): void {
    for (const path of paths) {
      rmSync(path.replace(/\.pack$/, '.idx'), { force: true });
      rmSync(path, { force: true });
    }
    this.objects.refresh();
  }

  close(): void {
    this.objects.close();
  }

  #publish(temporary: string, objects: readonly PackedObject[], packSum: Buffer): void {
    const index = formatPackIndex(objects, packSum);
    const name = join(this.#packDir, `pack-${packSum.toString('hex')}`);
    rmSync(`${name}.idx`, { force: true });
    renameSync(temporary, `${name}.pack`);
    replaceFileSynced(`${name}.idx`, index);
  }

  /** What a crash left behind: temporary files, and packs without an index. */
  #removeLeftovers(): void {
    const names = new Set(readdirSync(this.#packDir));
    for (const name of names) {
      const orphan = name.endsWith('.pack') && !names.has(name.replace(/\.pack$/, '.idx'));
      if (orphan || name.startsWith('tmp_') || name.endsWith('.tmp'))
        rmSync(join(this.#packDir, name), { force: true });
    }
  }
}

async function writeChunks(path: string, chunks: AsyncIterable<Buffer>, maxBytes: number): Promise<void> {
  const fd = openSync(path, 'wx', 0o444);
  try {
    let total = 0;
    for await (const chunk of chunks) {
      total += chunk.length;
      if (total > maxBytes) {
        throw tooLarge(
          `The repository sends more than ${Math.round(maxBytes / 1048576)} MiB.`,
          'Keep large files out of the configuration repository.',
        );
      }
      for (let at = 0; at < chunk.length;) at += writeSync(fd, chunk, at);
    }
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
