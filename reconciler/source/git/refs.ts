import { closeSync, fsyncSync, mkdirSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { corrupt } from './git-error.ts';
import { isAbsent } from './loose-object.ts';
import { takeRefLock } from './ref-lock.ts';
import { isOid } from './ref-name.ts';
import { syncFolder } from './synced-file.ts';

const MAX_SYMBOLIC = 5;

/** The oid of a ref: loose first, then packed; undefined when there is none. Follows symbolic refs. */
export function readRef(gitDir: string, ref: string): string | undefined {
  let name = ref;
  for (let hops = 0; hops < MAX_SYMBOLIC; hops++) {
    const loose = readText(join(gitDir, name))?.trim();
    if (loose === undefined || loose === '') return readPackedRefs(gitDir).get(name);
    if (isOid(loose)) return loose;
    const symbolic = /^ref: (refs\/[^\s]+)$/.exec(loose);
    if (!symbolic || symbolic[1]!.includes('..')) throw corrupt(`the ref ${ref} cannot be read`);
    name = symbolic[1]!;
  }
  throw corrupt(`the ref ${ref} leads in a circle`);
}

/** The refs of `packed-refs`. */
export function readPackedRefs(gitDir: string): Map<string, string> {
  const refs = new Map<string, string>();
  for (const line of (readText(join(gitDir, 'packed-refs')) ?? '').split('\n')) {
    const oid = line.slice(0, 40);
    if (line[40] === ' ' && isOid(oid)) refs.set(line.slice(41), oid);
  }
  return refs;
}

export type RefUpdate = 'updated' | 'moved' | 'locked';

/**
 * Compare-and-swap of a ref as git does it: take `<ref>.lock` exclusively, read loose then packed, compare, write, sync,
 * rename. `locked`: somebody else holds the lock; one that a killed process of ours left behind is broken. Throws the errors of the file system, such as EACCES or ENOTDIR.
 */
export function updateRef(gitDir: string, ref: string, expected: string | undefined, next: string): RefUpdate {
  const path = join(gitDir, ref);
  const lock = `${path}.lock`;
  mkdirSync(dirname(path), { recursive: true });
  const held = takeRefLock(gitDir, lock);
  if (!held) return 'locked';
  let open = true;
  try {
    if (readRef(gitDir, ref) !== expected) {
      closeSync(held.fd);
      open = false;
      rmSync(lock, { force: true });
      return 'moved';
    }
    writeSync(held.fd, `${next}\n`);
    fsyncSync(held.fd);
    closeSync(held.fd);
    open = false;
    renameSync(lock, path);
    syncFolder(dirname(path));
    return 'updated';
  } catch (error) {
    if (open) closeSync(held.fd);
    rmSync(lock, { force: true });
    throw error;
  } finally {
    held.done();
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (isAbsent(error) || (error as NodeJS.ErrnoException).code === 'EISDIR') return undefined;
    throw error;
  }
}
