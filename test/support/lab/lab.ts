import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../eventually.ts';
import { baseImage } from './base-image.ts';
import type { Boot } from './boot-log.ts';
import { LabHost } from './lab-host.ts';
import { inNetns, makeSwitch } from './network.ts';
import { claimRun } from './owner.ts';
import { labFolder, PREFIX, runsFolder } from './places.ts';
import { removeRun, sweepStaleRuns } from './sweep.ts';
import { tool, tryTool } from './tool.ts';
import type { ToolResult } from './tool.ts';

/** Real Debian hosts with systemd, in a network of their own. Root only. */
export interface Lab {
  /** The network namespace from which hosts are reached: start programs there with `nsenter --net=/run/netns/…`. */
  readonly netns: string;
  /** Path of the private key that may log in as root. */
  readonly clientKeyFile: string;
  readonly clientKey: string;
  /** Makes a host and waits until it can be logged in to. */
  boot(name: string, ip: string): Promise<LabHost>;
  host(name: string): LabHost;
  /** Power loss. */
  cut(name: string): Promise<void>;
  /** Switches it on after `cut` or a poweroff, and waits until it can be logged in to. */
  on(name: string): Promise<void>;
  /** Runs a command inside the host, not over the network. Answers with its output; throws when it fails. */
  exec(name: string, argv: readonly string[]): Promise<string>;
  /** Runs a command over ssh from the lab's network. */
  ssh(name: string, command: string): Promise<ToolResult>;
  /** Waits until the host lets root in over ssh. */
  reachable(name: string, timeoutMs?: number): Promise<void>;
  /** The boots of a host out of its own journal, oldest first. */
  bootLog(name: string): Promise<Boot[]>;
  /** Destroys one host. */
  rm(name: string): Promise<void>;
  /** Destroys everything. */
  stop(): Promise<void>;
}

/** Prepares the base image (once, then kept) and an empty lab; removes what crashed runs left. */
export async function startLab(): Promise<Lab> {
  await sweepStaleRuns();
  const image = await baseImage();
  // Short: it becomes part of names that Linux limits.
  const run = randomBytes(3).toString('hex');
  const folder = join(runsFolder(), run);
  const state = join(folder, 'state');
  makeRunFolder(folder);
  // In memory: quick, gone with one unmount, and it serves overlays even where the disk itself is one.
  await tool('mount', ['-t', 'tmpfs', '-o', 'size=4g,mode=0755', 'intendant-lab', state]);
  const netns = `${PREFIX}-${run}-switch`;
  await makeSwitch(netns);
  const clientKeyFile = join(folder, 'client-key');
  await tool('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'lab', '-f', clientKeyFile]);

  const hosts = new Map<string, LabHost>();
  const host = (name: string): LabHost => {
    const found = hosts.get(name);
    if (!found) throw new Error(`the lab has no host named ${name}`);
    return found;
  };
  const ssh = (name: string, command: string): Promise<ToolResult> => {
    const options = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'LogLevel=ERROR', 'ConnectTimeout=2'];
    const argv = ['ssh', '-i', clientKeyFile, ...options.flatMap((option) => ['-o', option])];
    const [program, ...args] = inNetns(netns, [...argv, `root@${host(name).ip}`, command]);
    return tryTool(program!, args);
  };
  const reachable = async (name: string, timeoutMs = 30_000): Promise<void> => {
    await eventually(async () => (await ssh(name, 'true')).code === 0, { timeoutMs, everyMs: 100 });
  };

  return {
    netns,
    clientKeyFile,
    clientKey: readFileSync(clientKeyFile, 'utf8'),
    host,
    ssh,
    reachable,
    async boot(name, ip) {
      const authorizedKey = readFileSync(`${clientKeyFile}.pub`, 'utf8');
      const made = await LabHost.create({ name, ip, run, image, state, authorizedKey, switchNetns: netns });
      hosts.set(name, made);
      await made.power.on();
      await reachable(name);
      return made;
    },
    cut: (name) => host(name).power.cut(),
    async on(name) {
      await host(name).power.on();
      await reachable(name);
    },
    exec: (name, argv) => host(name).exec(argv),
    bootLog: (name) => host(name).boots(),
    async rm(name) {
      await host(name).destroy();
      hosts.delete(name);
    },
    async stop() {
      await Promise.all([...hosts.values()].map((one) => one.power.kill()));
      await removeRun(run);
    },
  };
}

/** Makes the folder of a run with its owner inside, at once, so that a sweep never sees it without. */
function makeRunFolder(folder: string): void {
  mkdirSync(runsFolder(), { recursive: true });
  const beside = mkdtempSync(join(labFolder(), 'making-'));
  claimRun(beside);
  mkdirSync(join(beside, 'state'));
  renameSync(beside, folder);
}
