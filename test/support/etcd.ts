import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { cpSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { eventually } from './eventually.ts';
import { findProgram, requirePart } from './real-parts.ts';

/** PEM files for an etcd that speaks TLS. Clients must show a certificate of the same authority. */
export interface EtcdTls {
  caFile: string;
  certFile: string;
  keyFile: string;
}

/** A real etcd of one member, on free ports and in a temporary folder. */
export interface TestEtcd {
  /** `http://127.0.0.1:<port>` (https with TLS). The same over restarts. */
  readonly endpoint: string;
  /** Folder of the server's data, certificates not included. */
  readonly folder: string;
  readonly pid: number;
  /** SIGSTOP: connections stay open and nothing is answered. */
  freeze(): void;
  /** SIGCONT. */
  resume(): void;
  /** SIGKILL, as a power cut of the process. */
  kill(): Promise<void>;
  /** Kills it if need be and starts it again on the same ports and data. */
  restart(): Promise<void>;
  /** A copy of its data, taken while it is stopped for a moment; for `restore`. */
  snapshot(): Promise<string>;
  /** Goes back to an earlier copy, as an administrator who restores a backup. */
  restore(snapshot: string): Promise<void>;
  /** Compacts up to the revision that it has now. */
  compact(): Promise<void>;
  /** Calls a method of etcd's JSON gateway: `gateway('kv/range', { … })`; not with TLS. */
  gateway(method: string, body: object): Promise<Record<string, unknown>>;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
}

const running = new Set<ChildProcess>();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));

/** Starts an etcd and waits until it is healthy. Short elections, so that leases of one second can be had. */
export async function startEtcd({ tls, flags = [] }: { tls?: EtcdTls; flags?: string[] } = {}): Promise<TestEtcd> {
  const program = requirePart('etcd');
  const root = mkdtempSync(join(tmpdir(), 'intendant-etcd-'));
  const folder = join(root, 'data');
  const scheme = tls === undefined ? 'http' : 'https';
  let ports = await freePorts(3);
  let child: ChildProcess | undefined;
  let copies = 0;
  const endpoint = (): string => `${scheme}://127.0.0.1:${ports[0]}`;

  async function start(): Promise<void> {
    const peer = `http://127.0.0.1:${ports[1]}`;
    const options = [
      ...['--name', 'n1', '--data-dir', folder, '--logger', 'zap', '--log-level', 'error'],
      ...['--listen-client-urls', endpoint(), '--advertise-client-urls', endpoint()],
      ...['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer, '--initial-cluster', `n1=${peer}`],
      ...['--listen-metrics-urls', `http://127.0.0.1:${ports[2]}`],
      ...['--heartbeat-interval', '50', '--election-timeout', '500'],
      ...flags,
      ...(tls === undefined ? [] : ['--cert-file', tls.certFile, '--key-file', tls.keyFile]),
      ...(tls === undefined ? [] : ['--trusted-ca-file', tls.caFile, '--client-cert-auth']),
    ];
    const log = openSync(join(root, 'log'), 'a');
    const started = spawn(...diesWithUs(program, options), { stdio: ['ignore', log, log] });
    running.add(started);
    started.once('exit', () => running.delete(started));
    child = started;
    await eventually(
      async () => {
        if (started.exitCode !== null) return true;
        const answer = await fetch(`http://127.0.0.1:${ports[2]}/health`, { signal: AbortSignal.timeout(1000) });
        return ((await answer.json()) as { health: string }).health === 'true';
      },
      { timeoutMs: 30_000 },
    );
    if (started.exitCode !== null)
      throw new Error(`etcd ended: ${readFileSync(join(root, 'log'), 'utf8').slice(-2000)}`);
  }

  async function kill(): Promise<void> {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  async function gateway(method: string, body: object): Promise<Record<string, unknown>> {
    const answer = await fetch(`${endpoint()}/v3/${method}`, { method: 'POST', body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${method}: ${await answer.text()}`);
    return (await answer.json()) as Record<string, unknown>;
  }

  for (let attempt = 1; ; attempt += 1) {
    try {
      await start();
      break;
    } catch (error) {
      await kill();
      if (attempt === 3) throw error;
      ports = await freePorts(3); // another process was faster on one of them
    }
  }

  return {
    endpoint: endpoint(),
    folder,
    get pid() {
      return child!.pid!;
    },
    freeze() {
      child!.kill('SIGSTOP');
      // The signal reaches every thread a moment later: what is asked in between would still be answered.
      while (!isStopped(child!.pid!));
    },
    resume: () => void child!.kill('SIGCONT'),
    kill,
    async restart() {
      await kill();
      await start();
    },
    async snapshot() {
      copies += 1;
      const copy = join(root, `copy-${copies}`);
      await kill();
      cpSync(folder, copy, { recursive: true });
      await start();
      return copy;
    },
    async restore(copy) {
      await kill();
      rmSync(folder, { recursive: true });
      cpSync(copy, folder, { recursive: true });
      await start();
    },
    async compact() {
      const { header } = await gateway('kv/range', { key: Buffer.from('x').toString('base64') });
      await gateway('kv/compaction', { revision: (header as { revision: string }).revision, physical: true });
    },
    gateway,
    async stop() {
      await kill();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** A fleet's name that no other test uses: its own prefix in a shared etcd. */
export function freshFleet(): string {
  return `test-${randomBytes(6).toString('hex')}`;
}

/** Makes an authority, and a certificate for 127.0.0.1 and the given name, signed by it, in `folder`. */
export function makeCertificates(folder: string, name: string): EtcdTls {
  const openssl = (...options: string[]): void => {
    execFileSync(requirePart('openssl'), options, { cwd: folder, stdio: 'ignore' });
  };
  openssl(
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
    '-subj',
    '/CN=test',
    '-days',
    '2',
  );
  openssl(
    'req',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    'key.pem',
    '-out',
    'cert.csr',
    '-subj',
    `/CN=${name}`,
    '-addext',
    `subjectAltName=IP:127.0.0.1,DNS:${name}`,
  );
  openssl(
    'x509',
    '-req',
    '-in',
    'cert.csr',
    '-CA',
    'ca.pem',
    '-CAkey',
    'ca.key',
    '-CAcreateserial',
    '-copy_extensions',
    'copy',
    '-out',
    'cert.pem',
    '-days',
    '2',
  );
  return { caFile: join(folder, 'ca.pem'), certFile: join(folder, 'cert.pem'), keyFile: join(folder, 'key.pem') };
}

/** Where the system can do it, the server ends with the process that started it, even when that one is killed. */
export function diesWithUs(program: string, options: string[]): [string, string[]] {
  const setpriv = findProgram('setpriv');
  return setpriv === undefined ? [program, options] : [setpriv, ['--pdeathsig', 'KILL', '--', program, ...options]];
}

/** Ports on 127.0.0.1 that nobody listens on at this moment. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** True when every thread of a process has stopped. */
function isStopped(pid: number): boolean {
  return readdirSync(`/proc/${pid}/task`).every((task) => {
    const stat = readFileSync(`/proc/${pid}/task/${task}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).startsWith('T');
  });
}
