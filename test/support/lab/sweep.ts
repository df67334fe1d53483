import { existsSync, readdirSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { removeCgroup } from './cgroup.ts';
import { removeNetns } from './network.ts';
import { hasOwner } from './owner.ts';
import { cgroupRoots, labFolder, PREFIX, runsFolder } from './places.ts';
import { tryTool } from './tool.ts';

/** Removes whatever labs left behind whose process is gone: after a crash, or a kill, of an earlier run. */
export async function sweepStaleRuns(): Promise<void> {
  if (!existsSync(runsFolder())) return;
  for (const run of readdirSync(runsFolder())) {
    if (!hasOwner(join(runsFolder(), run))) await removeRun(run);
  }
  const unfinished = readdirSync(labFolder()).filter((name) => name.startsWith('making-') && isOld(name));
  for (const name of unfinished) {
    if (!hasOwner(join(labFolder(), name))) await rm(join(labFolder(), name), { recursive: true, force: true });
  }
}

/** Removes one run: processes, cgroups, mounts, namespaces, files. */
export async function removeRun(run: string): Promise<void> {
  const mine = `${PREFIX}-${run}-`;
  const cgroups = new Set(cgroupRoots().flatMap((root) => readdirSync(root).filter((name) => name.startsWith(mine))));
  for (const cgroup of cgroups) await removeCgroup(cgroup);

  const folder = join(runsFolder(), run);
  const state = join(folder, 'state');
  for (const name of existsSync(state) ? readdirSync(state) : []) {
    await tryTool('umount', ['--lazy', join(state, name, 'root')]);
  }
  await tryTool('umount', ['--lazy', state]);

  const { stdout } = await tryTool('ip', ['netns', 'list']);
  for (const line of stdout.split('\n')) {
    const name = line.split(' ')[0]!;
    if (name.startsWith(mine)) await removeNetns(name);
  }
  const propagated = '/run/systemd/nspawn/propagate';
  for (const name of existsSync(propagated) ? readdirSync(propagated) : []) {
    if (name.startsWith(mine)) await rm(join(propagated, name), { recursive: true, force: true });
  }
  await rm(folder, { recursive: true, force: true });
}

/** A folder that is being made has no owner for a moment; one that is a minute old has had its moment. */
function isOld(name: string): boolean {
  const { mtimeMs } = statSync(join(labFolder(), name), { throwIfNoEntry: false }) ?? { mtimeMs: Date.now() };
  return Date.now() - mtimeMs > 60_000;
}
