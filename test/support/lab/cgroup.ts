import { existsSync, readFileSync, readdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../eventually.ts';
import { cgroupRoots } from './places.ts';

/** Every process below a cgroup of this name, in any hierarchy. */
export function processesOf(name: string): number[] {
  const pids = new Set<number>();
  for (const folder of foldersOf(name)) {
    for (const pid of linesOf(join(folder, 'cgroup.procs'))) pids.add(Number(pid));
  }
  return [...pids];
}

/** Kills every process below the cgroup and removes it. */
export async function removeCgroup(name: string): Promise<void> {
  await eventually(() => {
    for (const pid of processesOf(name)) killQuietly(pid);
    return processesOf(name).length === 0;
  });
  await eventually(() => {
    // Children before parents: a cgroup with children cannot be removed.
    for (const folder of foldersOf(name).reverse()) rmdirSync(folder);
    return true;
  });
}

/** SIGKILL to a process that may be gone. */
export function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** The folders of the cgroup in all hierarchies, parents before children. */
function foldersOf(name: string): string[] {
  return cgroupRoots()
    .map((root) => join(root, name))
    .filter((folder) => existsSync(folder))
    .flatMap(withChildren);
}

function withChildren(folder: string): string[] {
  let entries: string[] = [];
  try {
    entries = readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(folder, entry.name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  return [folder, ...entries.flatMap(withChildren)];
}

function linesOf(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n').filter(Boolean);
  } catch (error) {
    // Gone between the listing and the reading, or (v2) a threaded cgroup that lists nothing.
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENODEV' || code === 'EOPNOTSUPP') return [];
    throw error;
  }
}
