import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync, chmodSync, renameSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './eventually.ts';

/** A key pair made for one test. */
export interface TestKey {
  /** Path of the private key; the public one stands beside it with `.pub`. */
  path: string;
  /** `ssh-ed25519 AAAA…` */
  publicKey: string;
  privateKey: string;
}

export interface TestSshd {
  address: string;
  port: number;
  /** `ssh-ed25519 AAAA…` of the server as it runs now. */
  hostKey: string;
  folder: string;
  /** The server's log, one line an element. */
  log(): string[];
  /** Logins that the server accepted. */
  logins(): number;
  /** Kills the listener and every session of it. */
  kill(): Promise<void>;
  /** Ends the sessions and leaves the listener: connections are cut. */
  cut(): void;
  /** Stops listener and sessions with SIGSTOP: everything hangs, nothing is refused. */
  freeze(): void;
  thaw(): void;
  /** Starts again after `kill`, on the same port. */
  start(): Promise<void>;
  /** A new host key from the next `start` on; gives its text. */
  changeHostKey(type?: string): string;
}

export interface SshdOptions {
  /** Default 127.0.0.1. */
  address?: string;
  /** Public keys that may log in. */
  authorizedKeys: readonly string[];
  /** More lines of sshd_config. */
  config?: readonly string[];
}

const SSHD = '/usr/sbin/sshd';

/** Makes a key with ssh-keygen in `folder`. */
export function makeKey(folder: string, name = 'id', { passphrase = '', type = 'ed25519' } = {}): TestKey {
  const path = join(folder, name);
  execFileSync('ssh-keygen', ['-q', '-t', type, '-N', passphrase, '-C', 'test', '-f', path]);
  return { path, publicKey: publicKeyOf(path), privateKey: readFileSync(path, 'utf8') };
}

/** A folder of the test's own, readable by every user so that sshd sees its keys file, and the function that removes it. */
export function testFolder(prefix = 'sshd-'): { folder: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), prefix));
  chmodSync(folder, 0o755);
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** A port that was free a moment ago on this address. */
export function freePort(address = '127.0.0.1'): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, address, () => {
      const bound = server.address();
      server.close(() => resolve(typeof bound === 'object' && bound ? bound.port : 0));
    });
  });
}

/** Starts a real sshd with a host key of its own. End it with `stopSshd`. */
export async function startSshd(options: SshdOptions): Promise<TestSshd> {
  const { folder } = testFolder();
  const address = options.address ?? '127.0.0.1';
  const port = await freePort(address);
  const logFile = join(folder, 'log');
  writeFileSync(join(folder, 'authorized_keys'), options.authorizedKeys.map((key) => `${key}\n`).join(''));
  writeFileSync(logFile, '');
  writeFileSync(join(folder, 'sshd_config'), configText(folder, address, port, options.config ?? []));
  makeKey(folder, 'hostkey');
  let child: ChildProcess | undefined;

  const server: TestSshd = {
    address,
    port,
    hostKey: publicKeyOf(join(folder, 'hostkey')),
    folder,
    log: () => readFileSync(logFile, 'utf8').split('\n'),
    logins: () => server.log().filter((line) => line.includes('Accepted publickey')).length,
    async kill() {
      if (!child?.pid) return;
      const tree = [...sessionsOf(child.pid), child.pid];
      signalAll(tree, 'SIGCONT');
      signalAll(tree, 'SIGKILL');
      const ended = child;
      child = undefined;
      await eventually(() => ended.exitCode !== null || ended.signalCode !== null);
    },
    cut: () => signalAll(sessionsOf(child?.pid), 'SIGKILL'),
    freeze: () => signalAll([child?.pid ?? 0, ...sessionsOf(child?.pid)], 'SIGSTOP'),
    thaw: () => signalAll([child?.pid ?? 0, ...sessionsOf(child?.pid)], 'SIGCONT'),
    async start() {
      mkdirSync('/run/sshd', { recursive: true });
      const listening = server.log().filter(isListening).length;
      const started = spawn(SSHD, ['-D', '-f', join(folder, 'sshd_config'), '-E', logFile], { stdio: 'ignore' });
      child = started;
      await eventually(() => {
        if (started.exitCode !== null) throw new Error(`sshd ended: ${server.log().join('\n')}`);
        return server.log().filter(isListening).length > listening;
      });
    },
    changeHostKey(type = 'ed25519') {
      rmSync(join(folder, 'hostkey'));
      makeKey(folder, 'hostkey.new', { type });
      renameSync(join(folder, 'hostkey.new'), join(folder, 'hostkey'));
      renameSync(join(folder, 'hostkey.new.pub'), join(folder, 'hostkey.pub'));
      server.hostKey = publicKeyOf(join(folder, 'hostkey'));
      return server.hostKey;
    },
  };
  await server.start();
  return server;
}

/** Kills a server and removes its folder. */
export async function stopSshd(server: TestSshd): Promise<void> {
  await server.kill();
  rmSync(server.folder, { recursive: true, force: true });
}

/** Starts `count` servers on 127.0.<block>.1 and following. */
export function startManySshd(count: number, options: SshdOptions, block = 77): Promise<TestSshd[]> {
  return Promise.all(
    Array.from({ length: count }, (_, index) => startSshd({ ...options, address: `127.0.${block}.${index + 1}` })),
  );
}

/**
 * A user with a bare shell, made for one test: root's profile costs 200 ms a command. `sudo`: may become root without a
 * password. Remove it with `removeUser`.
 */
export function makeUser(name: string, { sudo = false, shell = '/bin/dash' } = {}): void {
  execFileSync('useradd', ['-m', '-s', shell, name]);
  execFileSync('usermod', ['-p', '*', name]);
  if (sudo) {
    mkdirSync('/etc/sudoers.d', { recursive: true });
    writeFileSync(`/etc/sudoers.d/${name}`, `${name} ALL=(ALL) NOPASSWD: ALL\n`, { mode: 0o440 });
  }
}

/** Removes a user of `makeUser`, with what still runs under its name. */
export function removeUser(name: string): void {
  rmSync(`/etc/sudoers.d/${name}`, { force: true });
  try {
    execFileSync('userdel', ['-rf', name], { stdio: 'ignore' });
  } catch {
    // userdel complains of a mail spool that never was; what counts is that the account is gone.
  }
}

function configText(folder: string, address: string, port: number, more: readonly string[]): string {
  // The first of two equal keywords wins in sshd_config, so the test's own lines come first.
  return [
    ...more,
    `ListenAddress ${address}:${port}`,
    `HostKey ${folder}/hostkey`,
    'PidFile none',
    `AuthorizedKeysFile ${folder}/authorized_keys`,
    'PermitRootLogin prohibit-password',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'UsePAM no',
    'UseDNS no',
    'StrictModes no',
    'PrintMotd no',
    'MaxSessions 50',
    'MaxStartups 100:30:200',
    'LogLevel VERBOSE',
    'Subsystem sftp internal-sftp',
    '',
  ].join('\n');
}

function isListening(line: string): boolean {
  return line.startsWith('Server listening on');
}

function publicKeyOf(path: string): string {
  return readFileSync(`${path}.pub`, 'utf8').trim().split(' ').slice(0, 2).join(' ');
}

/** Processes named sshd below `pid`: the monitors and workers of its sessions, not the commands that run in them. */
function sessionsOf(pid: number | undefined): number[] {
  if (pid === undefined) return [];
  return childrenOf(pid)
    .filter((child) => commandName(child).startsWith('sshd'))
    .flatMap((child) => [...sessionsOf(child), child]);
}

function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

function commandName(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return '';
  }
}

function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids.filter((each) => each > 0)) {
    try {
      process.kill(pid, signal);
    } catch {
      // It ended in the meantime, which is what most signals here want.
    }
  }
}
