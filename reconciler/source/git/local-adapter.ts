import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Transient } from '../../model/errors.ts';
import { GitCode } from './git-error.ts';
import { conflictingRef, findGitDir, openLocalRepository } from './local-repository.ts';
import { writeLoose } from './loose-object.ts';
import type { GitObject } from './object.ts';
import type { ObjectStore } from './object-store.ts';
import { formatPackIndex } from './pack-index.ts';
import { writePack } from './pack-writer.ts';
import { readRef, updateRef } from './refs.ts';
import type { Publication, Published, Repository } from './repository.ts';
import { replaceFileSynced, writeFileSynced } from './synced-file.ts';

/** From so many new objects on, one pack is written instead of loose objects. */
const PACK_FROM = 20;

/** A repository on this machine, used in place: nothing is copied, and writing keeps git's own locks. */
export class LocalAdapter implements Repository {
  readonly objects: ObjectStore;
  readonly #gitDir: string;

  /** Throws as `openLocalRepository` does. */
  constructor(path: string) {
    const { gitDir, objects } = openLocalRepository(path);
    this.#gitDir = gitDir;
    this.objects = objects;
  }

  /** Throws InvalidInput `GIT_NOT_FOUND` where the repository itself has gone: that is not a repository without the branch. */
  async tip(ref: string): Promise<string | undefined> {
    const tip = readRef(this.#gitDir, ref);
    if (tip === undefined) findGitDir(this.#gitDir);
    return tip;
  }

  async bring(commit: string): Promise<void> {
    if (this.objects.has(commit)) return;
    throw new Transient(`The commit ${commit.slice(0, 12)} is not in ${this.#gitDir}.`, {
      code: GitCode.objectMissing,
    });
  }

  /** All of it is here, or nobody on this machine has it. */
  async deepen(): Promise<void> {
    this.objects.refresh();
  }

  settle(): void {
    this.objects.release();
  }

  async publish({ ref, expected, next, objects }: Publication): Promise<Published> {
    const conflict = expected === undefined ? conflictingRef(this.#gitDir, ref) : undefined;
    if (conflict) return { kind: 'refused', detail: `the branch ${conflict} stands in the way of ${ref}` };
    try {
      this.#write(objects);
      const outcome = updateRef(this.#gitDir, ref, expected, next);
      if (outcome === 'updated') return { kind: 'ok' };
      const detail = outcome === 'moved' ? 'another commit is at the tip' : 'somebody holds the lock of the branch';
      return { kind: 'moved', detail };
    } catch (error) {
      const reason = refusalOf(error, ref);
      if (reason === undefined) throw error;
      return { kind: 'refused', detail: reason };
    }
  }

  close(): void {
    this.objects.close();
  }

  #write(objects: ReadonlyMap<string, GitObject>): void {
    const folder = join(this.#gitDir, 'objects');
    if (objects.size >= PACK_FROM) return this.#writePack(join(folder, 'pack'), objects);
    for (const [oid, object] of objects) if (!this.objects.hasQuick(oid)) writeLoose(folder, oid, object);
  }

  #writePack(folder: string, objects: ReadonlyMap<string, GitObject>): void {
    const pack = writePack(objects);
    const sum = pack.bytes.subarray(-20);
    const name = join(folder, `pack-${sum.toString('hex')}`);
    const temporary = join(folder, `tmp_pack_${randomBytes(6).toString('hex')}`);
    mkdirSync(folder, { recursive: true });
    try {
      writeFileSynced(temporary, pack.bytes, 0o444);
      renameSync(temporary, `${name}.pack`);
      replaceFileSynced(`${name}.idx`, formatPackIndex(pack.objects, sum), 0o444);
    } finally {
      rmSync(temporary, { force: true });
    }
    this.objects.refresh();
  }
}

function refusalOf(error: unknown, ref: string): string | undefined {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return 'the repository may not be written by the user that the daemon runs as';
    case 'ENOTDIR':
    case 'EEXIST':
    case 'EISDIR':
    case 'ENOTEMPTY':
      return `another branch stands in the way of ${ref}`;
    default:
      return undefined;
  }
}
