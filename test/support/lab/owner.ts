import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface Owner {
  pid: number;
  /** Clock ticks after boot at which the process began: a process id alone may belong to another one by now. */
  started: string;
}

/** Writes into a run's folder that this process owns it. */
export function claimRun(folder: string): void {
  const owner: Owner = { pid: process.pid, started: startOf(process.pid)! };
  writeFileSync(join(folder, 'owner.json'), JSON.stringify(owner));
}

/** True while the process that owns the run is alive. A run without an owner's file has no owner. */
export function hasOwner(folder: string): boolean {
  try {
    const owner = JSON.parse(readFileSync(join(folder, 'owner.json'), 'utf8')) as Owner;
    return startOf(owner.pid) === owner.started;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' || error instanceof SyntaxError) return false;
    throw error;
  }
}

/** Field 22 of /proc/PID/stat; the fields before it may hold blanks inside parentheses. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return undefined;
    throw error;
  }
}
