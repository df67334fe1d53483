import { execFile } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { dialMaps } from '../../reconciler/demo/dial-map.ts';
import { startFleet } from '../../reconciler/demo/fleet.ts';
import { command } from '../../reconciler/hosts/command.ts';
import { sshTransport } from '../../reconciler/hosts/ssh-transport.ts';
import type { HostTarget, HostTransport } from '../../reconciler/hosts/transport.ts';
import { makeKey, makeUser, removeUser, startManySshd, stopSshd, testFolder } from '../support/sshd.ts';
import type { TestSshd } from '../support/sshd.ts';
import { figure, median, timed, type BenchPart, type Figure } from './figure.ts';

const HOSTS = 50;
const SIMULATED = 1000;
const AT_ONCE = 20;
const ROUNDS = 5;
const USER = 'intendant-bench';
const never = new AbortController().signal;
const run = promisify(execFile);

/**
 * `true` on 50 real sshd as a user with a bare shell: first on new connections, then on those that are open. Beside it
 * `ssh`, 20 at once, with the key exchange that we use; for the second pass over masters that are open already.
 */
export const fanout: BenchPart = {
  names: ['fanout-first', 'fanout-second'],

  async run(): Promise<Figure[]> {
    const { folder, remove } = testFolder('bench-ssh-');
    const key = makeKey(folder);
    if (existsSync(`/home/${USER}`)) removeUser(USER);
    makeUser(USER);
    const servers = await startManySshd(HOSTS, { authorizedKeys: [key.publicKey] }, 91);
    const times = { first: [], second: [], sshFirst: [], sshSecond: [] } as Record<string, number[]>;
    try {
      const targets = servers.map(({ address, port, hostKey }, index) => target(`h${index}`, address, port, [hostKey]));
      const known = servers.map(({ address, port, hostKey }) => `[${address}]:${port} ${hostKey}\n`).join('');
      writeFileSync(join(folder, 'known_hosts'), known);
      for (let round = 0; round < ROUNDS; round += 1) {
        const transport = sshTransport({ identities: { default: { keyFile: key.path } }, connectTimeoutMs: 30_000 });
        times.first!.push((await timed(() => onAll(transport, targets))).ms);
        times.second!.push((await timed(() => onAll(transport, targets))).ms);
        await transport.close();
        const options = sshOptions(folder, key.path);
        times.sshFirst!.push((await timed(() => sshOnAll(servers, options))).ms);
        const mastered = [...options, '-o', `ControlPath=${folder}/%C`, '-o', 'ControlMaster=auto'];
        await sshOnAll(servers, [...mastered, '-o', 'ControlPersist=60']);
        times.sshSecond!.push((await timed(() => sshOnAll(servers, mastered))).ms);
        await sshOnAll(servers, [...mastered, '-O', 'exit'], []);
      }
      return [
        figure('fanout-first', median(times.first!), 'ms', median(times.sshFirst!)),
        figure('fanout-second', median(times.second!), 'ms', median(times.sshSecond!)),
      ];
    } finally {
      await Promise.all(servers.map((server) => stopSshd(server)));
      removeUser(USER);
      remove();
    }
  },
};

/** `true` on 1,000 simulated hosts, in a process of their own, connecting. */
export const fanoutSimulated: BenchPart = {
  names: ['fanout-1000'],

  async run(): Promise<Figure[]> {
    const hosts = Array.from({ length: SIMULATED }, (_, index) => ({
      name: `h${index}`,
      address: `h${index}`,
      port: 22,
    }));
    const fleet = await startFleet({ hosts });
    const { folder, remove } = testFolder('bench-fleet-');
    const keyFile = join(folder, 'key');
    writeFileSync(keyFile, fleet.clientKey, { mode: 0o600 });
    const times: number[] = [];
    try {
      const targets = hosts.map(({ name, address, port }) => target(name, address, port, []));
      for (let round = 0; round < 3; round += 1) {
        const options = { identities: { default: { keyFile } }, connectTimeoutMs: 60_000, ...dialMaps(fleet, hosts) };
        const transport = sshTransport(options);
        times.push((await timed(() => onAll(transport, targets))).ms);
        await transport.close();
      }
      return [figure('fanout-1000', median(times), 'ms')];
    } finally {
      await fleet.stop();
      remove();
    }
  },
};

function target(name: string, address: string, port: number, hostKeys: readonly string[]): HostTarget {
  return { name, address, port, user: USER, hostKeys, trustOnFirstUse: false, jumps: [] };
}

async function onAll(transport: HostTransport, targets: readonly HostTarget[]): Promise<void> {
  await Promise.all(
    targets.map(async (each) => {
      const session = await transport.open(each, never);
      const { exitCode, stderr } = await session.run(command('true'), { timeoutMs: 60_000 }, never);
      session.release();
      if (exitCode !== 0) throw new Error(`true ended with ${exitCode} on ${each.name}: ${stderr}`);
    }),
  );
}

function sshOptions(folder: string, keyFile: string): string[] {
  const settings = {
    KexAlgorithms: 'curve25519-sha256',
    UserKnownHostsFile: join(folder, 'known_hosts'),
    GlobalKnownHostsFile: '/dev/null',
    StrictHostKeyChecking: 'yes',
    IdentitiesOnly: 'yes',
    BatchMode: 'yes',
  };
  return [
    '-F',
    'none',
    '-i',
    keyFile,
    ...Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]),
  ];
}

/** `ssh` to each server, 20 at once, each begun as soon as one has ended. */
async function sshOnAll(servers: readonly TestSshd[], options: readonly string[], words = ['true']): Promise<void> {
  const waiting = [...servers];
  const lane = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      await run('ssh', [...options, '-p', String(next.port), `${USER}@${next.address}`, ...words]);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
}
