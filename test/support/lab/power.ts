import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, openSync, closeSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../eventually.ts';
import { killQuietly } from './cgroup.ts';
import { setLink } from './network.ts';
import { cgroupRoots, netnsPath } from './places.ts';

/** What systemd-nspawn needs to know of a host. */
export interface Machine {
  /** Unique on this machine. */
  machine: string;
  hostname: string;
  root: string;
  netns: string;
  cgroup: string;
  consoleLog: string;
}

/** With this exit code systemd-nspawn says that the host asked for a reboot. */
const REBOOT_ASKED = 133;

/** Moves itself into the cgroups named before `--`, then becomes the command behind it. */
const ENTER_CGROUPS = 'while [ "$1" != -- ]; do echo $$ >"$1" || :; shift; done; shift; exec "$@"';

/** The power supply of one host: boots it, boots it again when it asks for a reboot, cuts its power. */
export class Power {
  readonly #machine: Machine;
  #nspawn: ChildProcess | undefined;
  #stopping = false;
  #off: Promise<void> = Promise.resolve();

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  /** Switches it on, and keeps it on through reboots. Does not wait until it is up. */
  async on(): Promise<void> {
    if (this.#nspawn) throw new Error(`${this.#machine.hostname} is already on`);
    this.#stopping = false;
    await this.#boot();
  }

  /** Power loss: cable first, so that no packet says farewell, then the host's first process. */
  async cut(): Promise<void> {
    await setLink(this.#machine.netns, 'down');
    await this.kill();
  }

  /** Kills the host and waits until it is gone. */
  async kill(): Promise<void> {
    this.#stopping = true;
    if (!this.#nspawn) return;
    const init = await this.init();
    killQuietly(init);
    await this.#off;
  }

  /** Process id, as this machine counts, of the host's first process. */
  async init(): Promise<number> {
    return eventually(() => {
      // sh became unshare, whose child is systemd-nspawn, whose child is the host's PID 1.
      const unshare = this.#nspawn?.pid;
      const nspawn = unshare === undefined ? undefined : firstChild(unshare);
      return nspawn === undefined ? undefined : firstChild(nspawn);
    });
  }

  async #boot(): Promise<void> {
    await setLink(this.#machine.netns, 'up');
    const log = openSync(this.#machine.consoleLog, 'a');
    const entries = prepareCgroups(this.#machine.cgroup);
    const argv = [...entries, '--', ...nspawnCommand(this.#machine)];
    const child = spawn('sh', ['-c', ENTER_CGROUPS, 'enter-cgroups', ...argv], {
      stdio: ['ignore', log, log],
      // Ctrl-C at the test runner must not shut the hosts down in the middle of a test's clean-up.
      detached: true,
      env: { ...process.env, SYSTEMD_LOG_TARGET: 'console' },
    });
    closeSync(log);
    this.#nspawn = child;
    this.#off = new Promise((resolve) => {
      child.once('exit', (code) => {
        this.#nspawn = undefined;
        if (code === REBOOT_ASKED && !this.#stopping) this.#boot().then(resolve, resolve);
        else resolve();
      });
    });
  }
}

function nspawnCommand({ machine, hostname, root, netns }: Machine): string[] {
  // A time namespace, so that uptime counts from the boot of the host.
  const uptime = Math.floor(Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]));
  return [
    'unshare',
    '--time',
    `--boottime=-${uptime}`,
    `--monotonic=-${uptime}`,
    '--fork',
    'systemd-nspawn',
    '--quiet',
    '--register=no',
    '--keep-unit',
    `--directory=${root}`,
    `--machine=${machine}`,
    `--hostname=${hostname}`,
    `--network-namespace-path=${netnsPath(netns)}`,
    '--resolv-conf=off',
    '--link-journal=no',
    '--boot',
  ];
}

/** Makes the host's cgroup in every hierarchy; answers with the files to write a process id into. */
function prepareCgroups(name: string): string[] {
  return cgroupRoots().map((root) => {
    const folder = join(root, name);
    mkdirSync(folder, { recursive: true });
    if (root.endsWith('/cpuset')) {
      for (const file of ['cpuset.cpus', 'cpuset.mems']) {
        writeFileSync(join(folder, file), readFileSync(join(root, file)));
      }
    }
    return join(folder, 'cgroup.procs');
  });
}

function firstChild(pid: number): number | undefined {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
    return children[0] ? Number(children[0]) : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
