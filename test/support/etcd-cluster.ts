import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { diesWithUs, freePorts } from './etcd.ts';
import { eventually } from './eventually.ts';
import { requirePart } from './real-parts.ts';

/** A real etcd of several members on loopback, in a temporary folder. */
export interface TestEtcdCluster {
  /** Of every member, the dead ones included. */
  readonly endpoints: readonly string[];
  /** Index of the member that leads now. */
  leader(): Promise<number>;
  /** SIGKILL to one member. */
  kill(member: number): Promise<void>;
  /** Starts a killed member again, with the data that it had. */
  restart(member: number): void;
  stop(): Promise<void>;
}

/** Starts the members with short elections and waits until they have a leader. */
export async function startEtcdCluster(size = 3): Promise<TestEtcdCluster> {
  const program = requirePart('etcd');
  const root = mkdtempSync(join(tmpdir(), 'intendant-etcd-cluster-'));
  const ports = await freePorts(size * 2);
  const members = Array.from({ length: size }, (_, n) => ({
    name: `n${n}`,
    endpoint: `http://127.0.0.1:${ports[n]}`,
    peer: `http://127.0.0.1:${ports[size + n]}`,
  }));
  const children: ChildProcess[] = [];

  function start(n: number): void {
    const { name, endpoint, peer } = members[n]!;
    const options = [
      ...['--name', name, '--data-dir', join(root, name), '--logger', 'zap', '--log-level', 'error'],
      ...['--listen-client-urls', endpoint, '--advertise-client-urls', endpoint],
      ...['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer],
      ...['--initial-cluster', members.map((member) => `${member.name}=${member.peer}`).join(',')],
      ...['--heartbeat-interval', '50', '--election-timeout', '500'],
    ];
    const log = openSync(join(root, `${name}.log`), 'a');
    children[n] = spawn(...diesWithUs(program, options), { stdio: ['ignore', log, log] });
  }

  async function kill(n: number): Promise<void> {
    const child = children[n];
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  async function leader(): Promise<number> {
    return eventually(
      async () => {
        const answers = await Promise.allSettled(members.map(({ endpoint }) => statusOf(endpoint)));
        const leading = answers.findIndex(
          (answer) => answer.status === 'fulfilled' && answer.value.leader === answer.value.header.member_id,
        );
        return leading < 0 ? undefined : leading;
      },
      { timeoutMs: 30_000 },
    );
  }

  members.forEach((_, n) => start(n));
  await leader();
  return {
    endpoints: members.map(({ endpoint }) => endpoint),
    leader,
    kill,
    restart: start,
    async stop() {
      await Promise.all(members.map((_, n) => kill(n)));
      rmSync(root, { recursive: true, force: true });
    },
  };
}

async function statusOf(endpoint: string): Promise<{ leader?: string; header: { member_id: string } }> {
  const answer = await fetch(`${endpoint}/v3/maintenance/status`, {
    method: 'POST',
    body: '{}',
    signal: AbortSignal.timeout(1000),
  });
  return (await answer.json()) as { leader?: string; header: { member_id: string } };
}
