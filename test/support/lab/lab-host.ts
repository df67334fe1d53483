import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readBoots } from './boot-log.ts';
import type { Boot } from './boot-log.ts';
import { removeCgroup } from './cgroup.ts';
import { plugIn, removeNetns } from './network.ts';
import { PREFIX } from './places.ts';
import { Power } from './power.ts';
import { tool } from './tool.ts';

export interface LabHostOptions {
  name: string;
  ip: string;
  run: string;
  /** The base image; it is only read. */
  image: string;
  /** Folder for the state of all hosts of the run. */
  state: string;
  authorizedKey: string;
  switchNetns: string;
}

/** One host: its disk (what differs from the base image), its identity, its power supply. */
export class LabHost {
  readonly name: string;
  readonly ip: string;
  readonly machineId: string;
  /** `ssh-ed25519 AAAA…` */
  readonly hostKey: string;
  readonly power: Power;
  readonly #folder: string;
  readonly #unique: string;

  private constructor(options: LabHostOptions, made: { machineId: string; hostKey: string; unique: string }) {
    this.name = options.name;
    this.ip = options.ip;
    this.machineId = made.machineId;
    this.hostKey = made.hostKey;
    this.#folder = join(options.state, options.name);
    this.#unique = made.unique;
    this.power = new Power({
      machine: made.unique,
      hostname: options.name,
      root: this.root,
      netns: made.unique,
      cgroup: made.unique,
      consoleLog: join(this.#folder, 'console.log'),
    });
  }

  /** Makes the disk and plugs the cable in; the power is still off. */
  static async create(options: LabHostOptions): Promise<LabHost> {
    const unique = `${PREFIX}-${options.run}-${options.name}`;
    const folder = join(options.state, options.name);
    const root = join(folder, 'root');
    for (const part of ['upper', 'work', 'root']) await mkdir(join(folder, part), { recursive: true });
    const layers = `lowerdir=${options.image},upperdir=${join(folder, 'upper')},workdir=${join(folder, 'work')}`;
    await tool('mount', ['-t', 'overlay', 'overlay', '-o', layers, root]);

    const machineId = randomBytes(16).toString('hex');
    await writeFile(join(root, 'etc/machine-id'), `${machineId}\n`);
    await writeFile(join(root, 'etc/hostname'), `${options.name}\n`);
    await writeFile(join(root, 'etc/hosts'), `127.0.0.1 localhost\n127.0.1.1 ${options.name}\n`);
    await mkdir(join(root, 'root/.ssh'), { recursive: true, mode: 0o700 });
    await writeFile(join(root, 'root/.ssh/authorized_keys'), options.authorizedKey);
    await chmod(join(root, 'root/.ssh/authorized_keys'), 0o600);
    const keyFile = join(root, 'etc/ssh/ssh_host_ed25519_key');
    await tool('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', options.name, '-f', keyFile]);
    const hostKey = (await readFile(`${keyFile}.pub`, 'utf8')).split(' ').slice(0, 2).join(' ');

    await plugIn({ netns: unique, port: `v-${options.name}`.slice(0, 15), ip: options.ip }, options.switchNetns);
    return new LabHost(options, { machineId, hostKey, unique });
  }

  /** Where its file system can be seen from this machine, also while it is off. */
  get root(): string {
    return join(this.#folder, 'root');
  }

  /** Runs a command inside the running host. */
  async exec(argv: readonly string[]): Promise<string> {
    const init = await this.power.init();
    return tool('nsenter', [`--target=${init}`, '--all', '--root', '--wd', '--', ...argv]);
  }

  /** What its console showed. */
  console(): Promise<string> {
    return readFile(join(this.#folder, 'console.log'), 'utf8');
  }

  boots(): Promise<Boot[]> {
    return readBoots(join(this.root, 'var/log/journal'));
  }

  async destroy(): Promise<void> {
    await this.power.kill();
    await removeCgroup(this.#unique);
    await tool('umount', ['--lazy', this.root]);
    await removeNetns(this.#unique);
    await rm(this.#folder, { recursive: true, force: true });
  }
}
