import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { mostDownAtOnce } from '../../reconciler/demo/outages.ts';
import { startDaemon } from '../support/cli.ts';
import type { Daemon } from '../support/cli.ts';
import { crashAt, startCrashDaemon } from '../support/crash.ts';
import type { Boundary } from '../support/crash.ts';
import { writeDaemonConfig } from '../support/daemon-config.ts';
import { clusterDocument, fleetDocument, hostDocument, restartDocument } from '../support/documents.ts';
import { eventually } from '../support/eventually.ts';
import { outagesOf } from '../support/lab/boot-log.ts';
import type { Boot } from '../support/lab/boot-log.ts';
import { startLab } from '../support/lab/lab.ts';
import type { Lab } from '../support/lab/lab.ts';
import { describeWith } from '../support/real-parts.ts';
import { TestRepo } from '../support/repo.ts';
import type { StatusFile } from '../support/repo.ts';

const HOSTS = ['h1', 'h2', 'h3'];

describeWith(['lab', 'git'], 'three real Debian hosts with systemd', () => {
  let lab: Lab;
  let folder: string;
  let repo: TestRepo;
  let config: string;
  let daemon: Daemon;

  beforeAll(async () => {
    lab = await startLab();
    await Promise.all(HOSTS.map((name, index) => lab.boot(name, `10.77.0.${11 + index}`)));
  }, 300_000);

  afterAll(async () => {
    await lab?.stop();
  });

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'real-hosts-'));
    repo = await TestRepo.create(join(folder, 'git'));
    const { clientKey } = lab;
    // A fleet of its own for each test: the hosts remember the steps of a fleet.
    const fleet = `lab-${Date.now()}`;
    config = writeDaemonConfig({ folder: join(folder, 'daemon'), fleet, repository: repo.bare, clientKey });
    await repo.push(
      {
        'fleet.yaml': fleetDocument(fleet),
        'cluster.yaml': clusterDocument('web'),
        ...Object.fromEntries(
          HOSTS.map((name) => {
            const { ip, hostKey } = lab.host(name);
            return [`hosts/${name}.yaml`, hostDocument(name, ip, 'web', { hostKeys: [hostKey] })];
          }),
        ),
      },
      'three hosts',
    );
    start();
    await eventually(
      async () => [...(await repo.hostStatuses()).values()].filter(({ status }) => status === 'active').length === 3,
      { timeoutMs: 60_000 },
    );
  });

  afterEach(async () => {
    await daemon.kill();
    rmSync(folder, { recursive: true, force: true });
  });

  function start(): void {
    daemon = startDaemon(config, { netns: lab.netns });
  }

  /** Starts one that ends itself at this boundary, and waits until it has; whatever ran before is killed. */
  async function killAt(boundary: Boundary): Promise<void> {
    await daemon.kill('SIGKILL');
    daemon = startCrashDaemon(config, crashAt(boundary, 'restart-web'), { netns: lab.netns });
    const ended = await Promise.race([daemon.gone, delay(90_000, 'lives', { ref: false })]);
    expect(ended, `${JSON.stringify(boundary)}: ${daemon.log().slice(-3000)}`).toBe('SIGKILL');
  }

  async function boots(): Promise<Map<string, Boot[]>> {
    return new Map(await Promise.all(HOSTS.map(async (name) => [name, await lab.bootLog(name)] as const)));
  }

  async function untilDone(): Promise<StatusFile> {
    return eventually(
      async () => {
        const file = await repo.status('operations/restart-web.yaml');
        if (file?.status !== 'Succeeded' && file?.status !== 'Failed') {
          throw new Error(`the operation is ${JSON.stringify(file)}; ${daemon.log().slice(-4000)}`);
        }
        return file;
      },
      { timeoutMs: 120_000, everyMs: 200 },
    );
  }

  /** Boot ids that each host has had since then. */
  function since(before: Map<string, Boot[]>, after: Map<string, Boot[]>): Map<string, Boot[]> {
    return new Map(HOSTS.map((name) => [name, after.get(name)!.slice(before.get(name)!.length - 1)]));
  }

  it('are restarted one at a time, each with a new boot id, and a commit says so', async () => {
    const before = await boots();
    const restart = restartDocument('restart-web', 'web', {
      rollout: { batches: '100%', maxUnavailable: 1 },
      timeout: '60s',
      checks: { after: [{ command: ['systemctl', 'is-system-running', '--wait'] }] },
    });

    const commit = await repo.push({ 'operations/restart-web.yaml': restart }, 'restart');

    const done = await untilDone();
    expect(done.status).toBe('Succeeded');
    const seen = since(before, await boots());
    expect([...seen.values()].map((list) => list.length)).toEqual([2, 2, 2]);
    expect(new Set([...seen.values()].flat().map(({ bootId }) => bootId)).size).toBe(6);
    expect(mostDownAtOnce(HOSTS.flatMap((name) => outagesOf(name, seen.get(name)!)))).toBe(1);
    const commits = await repo.statusCommits();
    expect(commits[0]?.message).toContain(`Intendant-Revision: main@sha1:${commit}`);
    expect(commits.map(({ author }) => author)).not.toContain('Jo Operator');
  });

  it('are restarted exactly once each though the daemon is killed in the middle', async () => {
    const before = await boots();
    const count = async (): Promise<number> => {
      const lists = [...since(before, await boots()).values()];
      return lists.reduce((sum, list) => sum + list.length - 1, 0);
    };
    const restart = restartDocument('restart-web', 'web', { rollout: { batches: 1 }, timeout: '60s' });
    await repo.push({ 'operations/restart-web.yaml': restart }, 'restart');

    for (const reboots of [1, 2]) {
      await eventually(async () => (await count()) >= reboots, { timeoutMs: 60_000, everyMs: 100 });
      await daemon.kill('SIGKILL');
      start();
    }

    const done = await untilDone();
    expect(done.status).toBe('Succeeded');
    const seen = since(before, await boots());
    expect([...seen.values()].map((list) => list.length)).toEqual([2, 2, 2]);
    expect(mostDownAtOnce(HOSTS.flatMap((name) => outagesOf(name, seen.get(name)!)))).toBe(1);
  });

  it('are restarted exactly once each though the daemon is killed where it matters most', async () => {
    const before = await boots();
    const restart = restartDocument('restart-web', 'web', { rollout: { batches: 1 }, timeout: '60s' });
    await daemon.kill();
    await repo.push({ 'operations/restart-web.yaml': restart }, 'restart');

    // A reboot is about to be intended; a host has just been given back; a reboot has begun and nobody knows; its proof.
    await killAt({ step: 'h1/000-001-reboot', state: 'intent', when: 'before' });
    await killAt({ step: 'h1/000-003-verdict', state: 'outcome', when: 'after' });
    await killAt({ step: 'h2/000-001-reboot', state: 'outcome', when: 'before' });
    await killAt({ step: 'h3/000-002-prove', state: 'intent', when: 'after' });
    start();

    const done = await untilDone();
    expect(done.status).toBe('Succeeded');
    const seen = since(before, await boots());
    expect([...seen.values()].map((list) => list.length)).toEqual([2, 2, 2]);
    expect(new Set([...seen.values()].flat().map(({ bootId }) => bootId)).size).toBe(6);
    expect(mostDownAtOnce(HOSTS.flatMap((name) => outagesOf(name, seen.get(name)!)))).toBe(1);
  });

  // The last one: it leaves the hosts as they are.
  it('have each a reason of their own when a reboot of ours is refused, is the last, or brings back another', async () => {
    const before = await boots();
    await lab.exec('h1', ['systemctl', 'mask', '--runtime', 'reboot.target']);
    await lab.exec('h2', ['systemctl', 'disable', 'ssh.service']);
    await lab.exec('h3', [
      'sh',
      '-c',
      'cd /etc/ssh && rm ssh_host_ed25519_key && ssh-keygen -qt ed25519 -N "" -f ssh_host_ed25519_key <<Y\ny\nY\n',
    ]);
    const restart = restartDocument('restart-web', 'web', {
      rollout: { batches: '100%', maxUnavailable: 3, maxFailures: 3 },
      timeout: '20s',
    });

    await repo.push({ 'operations/restart-web.yaml': restart }, 'restart');

    const done = await untilDone();
    expect(done.status).toBe('Failed');
    expect(done.detail.outcomes).toMatchObject({
      h1: {
        result: 'failed',
        reason: 'RebootRefused',
        message: expect.stringMatching(/exit code 1: .*systemd-inhibit/),
      },
      h2: { result: 'failed', reason: 'NotBack', message: expect.stringMatching(/within 20s.*look at its console/) },
      h3: { result: 'failed', reason: 'HostKeyChanged', message: expect.stringMatching(/spec\.hostKeys: ssh-ed25519/) },
    });
    expect([...since(before, await boots()).values()].map((list) => list.length)).toEqual([1, 2, 2]);
    const reasons = await eventually(
      async () => {
        const statuses = await repo.hostStatuses();
        const words = HOSTS.map((name) => statuses.get(name)?.status);
        if (words.join() !== 'active,failed,failed') throw new Error(`the hosts are ${words.join()}`);
        return HOSTS.map((name) => statuses.get(name)?.conditions?.find(({ type }) => type === 'Ready')?.reason);
      },
      { timeoutMs: 60_000 },
    );
    expect(reasons).toEqual(['Reachable', 'HostUnreachable', 'HostKeyChanged']);
  });
});
