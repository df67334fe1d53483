import {
  closeSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';

/** Folder of our own marks, in the repository: the same file system, and nowhere that git looks for refs. */
const MARKS = 'intendant-locks';

let taken = 0;

/** A lock file that was taken, open for writing. */
export interface RefLock {
  fd: number;
  path: string;
  /** Takes our mark away, once the lock file was renamed or removed. */
  done(): void;
}

/**
 * Takes git's own `<ref>.lock`; undefined when somebody holds it. The lock is a second name of a mark that says which process
 * took it, so that one left behind by a process of ours that was killed can be told from one that is held, and is broken.
 */
export function takeRefLock(gitDir: string, lock: string): RefLock | undefined {
  const marks = join(gitDir, MARKS);
  mkdirSync(marks, { recursive: true });
  const mark = join(marks, `${owner(process.pid)}.${++taken}`);
  const fd = openSync(mark, 'wx', 0o644);
  const done = (): void => rmSync(mark, { force: true });
  try {
    if (link(mark, lock) || (breakStale(marks, lock) && link(mark, lock))) return { fd, path: lock, done };
  } catch (error) {
    closeSync(fd);
    done();
    throw error;
  }
  closeSync(fd);
  done();
  return undefined;
}

function link(mark: string, lock: string): boolean {
  try {
    linkSync(mark, lock);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Removes the lock when it is the second name of a mark whose process is gone. Also sweeps the marks of such processes. */
function breakStale(marks: string, lock: string): boolean {
  const held = inode(lock);
  let broken = held === undefined;
  for (const name of readdirSync(marks)) {
    const mark = join(marks, name);
    if (!isGone(name)) continue;
    if (held !== undefined && inode(mark) === held) broken = remove(lock, held);
    rmSync(mark, { force: true });
  }
  return broken;
}

/** Moves the lock aside first: should another have taken it since, it is given back. */
function remove(lock: string, stale: number): boolean {
  const aside = `${lock}.${process.pid}.lock`;
  renameSync(lock, aside);
  const same = inode(aside) === stale;
  if (!same) link(aside, lock);
  rmSync(aside, { force: true });
  return same;
}

/** `<host>.<pid>.<start>`: names a process for as long as the machine runs. */
function owner(pid: number): string {
  return `${hostname().replaceAll(/[^A-Za-z0-9-]/g, '-')}.${pid}.${startOf(pid) ?? 0}`;
}

/** True when the mark is of a process of this machine that no longer runs. */
function isGone(mark: string): boolean {
  const pid = Number(mark.split('.')[1]);
  if (!Number.isSafeInteger(pid) || mark.slice(0, mark.lastIndexOf('.')) === owner(pid)) return false;
  return mark.startsWith(`${owner(pid).split('.')[0]}.`) && (startOf(pid) !== undefined || !runs(pid));
}

/** When a process was started, in the kernel's ticks; undefined where that cannot be seen. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function inode(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.ino;
}
