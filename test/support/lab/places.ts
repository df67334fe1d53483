import { existsSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Begins the name of every namespace and cgroup of the lab, so that a sweep finds its own and nothing else. */
export const PREFIX = 'intlab';

/** Where images and the state of running labs are kept: `INTENDANT_LAB_CACHE`, or a folder in the temporary one. */
export function labFolder(): string {
  return process.env.INTENDANT_LAB_CACHE ?? join(tmpdir(), 'intendant-lab');
}

/** State of the labs that run now, a folder each. */
export function runsFolder(): string {
  return join(labFolder(), 'runs');
}

/** Path by which `nsenter --net=` finds a network namespace. */
export function netnsPath(name: string): string {
  return `/run/netns/${name}`;
}

/** The cgroup hierarchies of this machine: one with cgroup v2, one per controller with v1. */
export function cgroupRoots(): string[] {
  const root = '/sys/fs/cgroup';
  if (existsSync(join(root, 'cgroup.controllers'))) return [root];
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(root, entry.name));
}
