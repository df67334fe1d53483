import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { cli, startDaemon } from '../support/cli.ts';
import type { Daemon } from '../support/cli.ts';
import { writeDaemonConfig } from '../support/daemon-config.ts';
import { clusterDocument, document, fleetDocument, hostDocument } from '../support/documents.ts';
import { eventually } from '../support/eventually.ts';
import { harmIn, writeHostile } from '../support/hostile.ts';
import { startRealHost, type RealHost } from '../support/real-host.ts';
import { describeWith } from '../support/real-parts.ts';
import { TestRepo, type StatusFile } from '../support/repo.ts';
import { mountSmallDisk, type SmallDisk } from '../support/small-disk.ts';
import { makeKey, testFolder, type TestKey } from '../support/sshd.ts';

/** What a host with a fault is called, what is told of it, and what a person is told to do. */
interface Fault {
  /** Of the Host's conditions Ready and Healthy; undefined: it stays active. */
  host?: string;
  /** Of the host's outcome on the Operation. */
  operation: string;
  remedy: RegExp;
}

const FAULTS: Record<string, Fault> = {
  'hangs-after-banner': { host: 'LoginTimedOut', operation: 'LoginTimedOut', remedy: /PAM.*MTU/ },
  'hangs-in-exchange': { host: 'LoginTimedOut', operation: 'LoginTimedOut', remedy: /ssh -vvv/ },
  'swallows-packets': { host: 'HostUnreachable', operation: 'HostUnreachable', remedy: /Check the network/ },
  'resets-the-login': { host: 'ConnectionLost', operation: 'ConnectionLost', remedy: /MaxStartups/ },
  'cuts-the-command': { host: 'ConnectionLost', operation: 'ConnectionLost', remedy: /journalctl -u ssh/ },
  'hangs-in-command': { host: 'CommandTimedOut', operation: 'CommandTimedOut', remedy: /load, memory and disks/ },
  'prints-for-ever': { host: 'EndlessOutput', operation: 'EndlessOutput', remedy: /shell profile/ },
  'prints-one-line-of-100-mb': { host: 'EndlessOutput', operation: 'EndlessOutput', remedy: /shell profile/ },
  'prints-hostile-noise': { host: 'HostAnswerUnreadable', operation: 'HostAnswerUnreadable', remedy: /forced command/ },
  'shows-another-key': { host: 'HostKeyChanged', operation: 'HostKeyChanged', remedy: /spec\.hostKeys/ },
  'lies-in-its-answers': { operation: 'HostCannotPrepare', remedy: /nothing was done/ },
  'has-a-full-disk': { operation: 'DiskFull', remedy: /make room/ },
};
const ODD = Object.keys(FAULTS);
const WELL = ['well-1', 'well-2'];
/** Of the odd cluster, without a fault: its script ends when the test says so. */
const PATIENT = 'waits-for-a-file';

describeWith(['sshd', 'git', 'mount', 'lab'], 'real hosts that misbehave', () => {
  const { folder, remove } = testFolder('odd-hosts-');
  const hosts = new Map<string, RealHost>();
  const host = (name: string): RealHost => hosts.get(name)!;
  let dropping = false;
  let disk: SmallDisk;
  let key: TestKey;
  let repo: TestRepo;
  let config: string;
  let daemon: Daemon;

  beforeAll(async () => {
    key = makeKey(folder);
    disk = mountSmallDisk(1);
    for (const [index, name] of [...ODD, PATIENT, ...WELL].entries()) {
      const made = await startRealHost({
        name,
        address: `127.0.93.${index + 1}`,
        folder,
        stepsRoot: join(folder, 'steps'),
        ...(name === 'has-a-full-disk' ? { records: join(disk.folder, 'records') } : {}),
        authorizedKey: key.publicKey,
      });
      hosts.set(name, made);
    }
    misbehave();
    repo = await TestRepo.create(join(folder, 'git'));
    config = writeDaemonConfig({
      folder: join(folder, 'daemon'),
      fleet: 'odd',
      repository: repo.bare,
      clientKey: key.privateKey,
      ssh: { connectTimeout: '4s', stepsRoot: join(folder, 'steps') },
    });
    const inCluster = (cluster: string, names: readonly string[]): [string, string][] =>
      names.map((name) => {
        const { address, port, hostKey } = host(name);
        return [`${cluster}/${name}.yaml`, hostDocument(name, address, cluster, { port, hostKeys: [hostKey] })];
      });
    await repo.push({
      'fleet.yaml': fleetDocument('odd', { checks: { interval: '2s', failAfter: 2, timeout: '8s' } }),
      'odd/cluster.yaml': clusterDocument('odd'),
      'well/cluster.yaml': clusterDocument('well'),
      ...Object.fromEntries([...inCluster('odd', [...ODD, PATIENT]), ...inCluster('well', WELL)]),
    });
    await reinstall(host('shows-another-key'));
    daemon = startDaemon(config);
  });

  afterAll(async () => {
    await daemon?.kill();
    if (dropping) dropPackets(false);
    for (const one of hosts.values()) await one.stop();
    disk?.remove();
    remove();
  });

  function misbehave(): void {
    const hostile = writeHostile(join(folder, 'hostile'));
    host('hangs-after-banner').proxy.become({ after: 30, then: 'hang' });
    host('hangs-in-exchange').proxy.become({ after: 1200, then: 'hang' });
    host('resets-the-login').proxy.become({ after: 500, then: 'reset' });
    host('cuts-the-command').forceCommand('kill -9 $PPID\n');
    host('hangs-in-command').forceCommand('exec sleep 600\n');
    host('prints-for-ever').forceCommand('exec yes "$(cat ' + hostile + ' | tr -d "\\000")"\n');
    host('prints-one-line-of-100-mb').forceCommand('head -c 100000000 /dev/zero | tr "\\000" x\n');
    host('prints-hostile-noise').forceCommand(`cat ${hostile}; cat ${hostile} >&2; exit 3\n`);
    host('lies-in-its-answers').forceCommand(liar(hostile));
    disk.fill();
    dropPackets(true);
  }

  /** The host has another key than the one that stands in the repository. */
  async function reinstall({ sshd }: RealHost): Promise<void> {
    await sshd.kill();
    sshd.changeHostKey();
    await sshd.start();
  }

  /** The packet filter of this machine swallows whatever comes for one address and port of ours. */
  function dropPackets(on: boolean): void {
    const { address, port } = host('swallows-packets');
    const rule = ['INPUT', '-d', address, '-p', 'tcp', '--dport', String(port), '-j', 'DROP'];
    dropping = on;
    execFileSync('iptables', [on ? '-I' : '-D', ...rule], { stdio: 'ignore' });
  }

  const condition = (file: StatusFile | undefined, type: string) =>
    file?.conditions?.find((one) => one.type === type) as
      { status: string; reason: string; message: string } | undefined;

  async function untilPhase(operation: string, timeoutMs: number): Promise<StatusFile> {
    return eventually(
      async () => {
        const file = await repo.status(`operations/${operation}.yaml`);
        if (!/Succeeded|Failed/.test(file?.status ?? '')) {
          throw new Error(`${operation} is ${JSON.stringify(file)}; ${daemon.log().slice(-3000)}`);
        }
        return file;
      },
      { timeoutMs, everyMs: 200 },
    );
  }

  function runDocument(name: string, cluster: string, spec: object): string {
    return document('Operation', name, { type: 'run', target: { cluster }, timeout: '30s', ...spec });
  }

  it('have each a condition of their own on the Host, with its remedy', async () => {
    await eventually(
      async () => {
        const statuses = await repo.hostStatuses();
        const unknown = ODD.filter((name) => statuses.get(name)?.conditions === undefined);
        if (unknown.length > 0)
          throw new Error(`nothing is known of ${unknown.join(', ')}; ${daemon.log().slice(-3000)}`);
        return ODD.every((name) => condition(statuses.get(name), 'Ready')?.status !== 'Unknown');
      },
      { timeoutMs: 60_000 },
    );

    const statuses = await repo.hostStatuses();

    const seen = ODD.map((name) => [name, condition(statuses.get(name), 'Ready')?.reason]);
    expect(seen).toEqual(ODD.map((name) => [name, FAULTS[name]!.host ?? 'Reachable']));
    for (const name of ODD.filter((one) => FAULTS[one]!.host !== undefined)) {
      expect(statuses.get(name)?.status).toBe('failed');
      expect(condition(statuses.get(name), 'Healthy')?.message).toMatch(FAULTS[name]!.remedy);
    }
    expect(condition(statuses.get('has-a-full-disk'), 'Drifted')).toMatchObject({
      status: 'True',
      reason: 'DiskFull',
      message: expect.stringMatching(/make room/),
    });
    expect(condition(statuses.get('shows-another-key'), 'Stalled')).toMatchObject({ reason: 'HostKeyChanged' });
  });

  it('have each a reason of their own on the Operation, and another cluster goes on meanwhile', async () => {
    const rollout = { batches: '100%', maxUnavailable: ODD.length + 1, maxFailures: ODD.length };
    const go = join(folder, 'go');
    const wait = `until [ -e ${go} ]; do sleep 0.2; done\n`;
    await repo.push({
      'operations/run-odd.yaml': runDocument('run-odd', 'odd', { script: wait, timeout: '3m', rollout }),
    });
    await eventually(async () => (await repo.status('operations/run-odd.yaml'))?.status === 'Running', {
      timeoutMs: 20_000,
    });
    const script = `cat ${join(folder, 'hostile')}\n`;

    await repo.push({
      'operations/run-well.yaml': runDocument('run-well', 'well', { script, rollout: { batches: 2 } }),
    });

    const well = await untilPhase('run-well', 60_000);
    const during = await repo.status('operations/run-odd.yaml');
    writeFileSync(go, '');
    const odd = await untilPhase('run-odd', 60_000);

    expect(well.status).toBe('Succeeded');
    expect(during?.status).toBe('Running');
    const outcomes = odd.detail.outcomes as Record<string, { result: string; reason: string; message: string }>;
    expect(Object.entries(outcomes).map(([name, { reason }]) => [name, reason])).toEqual(
      [...ODD, PATIENT].sort().map((name) => [name, FAULTS[name]?.operation]),
    );
    expect(outcomes[PATIENT]!.result).toBe('succeeded');
    for (const name of ODD) expect(outcomes[name]!.message, name).toMatch(FAULTS[name]!.remedy);
  });

  it('bring nothing harmful to a terminal, a status file or the log', async () => {
    const commands = [
      ['status'],
      ['get', 'host', 'lies-in-its-answers'],
      ['get', 'host', 'prints-hostile-noise'],
      ['get', 'operation', 'run-odd'],
      ['get', 'operation', 'run-odd', '-o', 'yaml'],
    ];
    const files = await Promise.all(
      (await repo.statusPaths()).map(async (path) => [path, (await repo.statusText(path))!] as const),
    );
    const messages = (await repo.statusCommits()).map(({ message }) => message);

    const shown: [string, string][] = [];
    for (const args of commands) {
      const { stdout, stderr } = await cli([...args, '--config', config]);
      shown.push([`intendant ${args.join(' ')}`, stdout + stderr]);
    }

    const texts = [...files, ...shown, ['the log', daemon.log()], ['commits', messages.join('\n')]] as const;
    expect(texts.flatMap(([what, text]) => (harmIn(text) ? [[what, harmIn(text)]] : []))).toEqual([]);
    for (const [path, text] of files.filter(([name]) => name.endsWith('.yaml'))) {
      const documents = parseAllDocuments(text);
      expect(documents, path).toHaveLength(1);
      expect('errors' in documents ? [] : documents[0]!.errors, path).toEqual([]);
    }
    const markdown = files.find(([path]) => path === 'README.md')![1];
    // Shown as code, and nowhere else.
    expect(markdown.replace(/`[^`\n]*`/g, '')).not.toMatch(/<script|javascript:|<img/);
    // The test would prove nothing if what the hosts said were not shown at all.
    expect(files.find(([path]) => path === 'operations/run-odd.yaml')![1]).toContain('script');
  });

  it('are active again by themselves once they behave', async () => {
    for (const name of ODD) {
      host(name).heal();
      host(name).proxy.become('pass');
    }
    dropPackets(false);
    disk.free();
    const { name, address, port, sshd } = host('shows-another-key');
    const renewed = hostDocument(name, address, 'odd', { port, hostKeys: [sshd.hostKey] });

    await repo.push({ [`odd/${name}.yaml`]: renewed });

    await eventually(
      async () => {
        const statuses = [...(await repo.hostStatuses()).entries()];
        const away = statuses.filter(([, file]) => file.status !== 'active' || condition(file, 'Drifted'));
        if (away.length > 0) throw new Error(`not yet well: ${JSON.stringify(away)}`);
        return statuses.length === ODD.length + 1 + WELL.length;
      },
      { timeoutMs: 60_000 },
    );
    expect((await repo.hostStatus(name))?.status).toBe('active');
  });
});

/** A host that answers every question with a whole frame of ours, full of what could do harm. */
function liar(hostile: string): string {
  return [
    `n=$(printf '%s' "$SSH_ORIGINAL_COMMAND" | sed -n 's/.*intendant-[a-z-]* \\([0-9a-f]\\{24\\}\\).*/\\1/p')`,
    `said=$(tr -d '\\n\\000' <${hostile})`,
    `cat ${hostile}`,
    `printf '\\n@@intendant:%s@@ begin\\n' "$n"`,
    `printf '%s=%s\\n' os "$said" osVersion "$said" kernel "$said" architecture "$said" cpus 2 memoryKb 1 diskBytes 1`,
    `printf '%s=%s\\n' bootId 0d1c7a51-3f6e-4d9f-9b1e-1f2f3f4f5f6f uptimeSeconds 1 rebootRequired false`,
    `printf '%s=%s\\n' hostTime "$(date +%s)" state error message "$said"`,
    `printf '@@intendant:%s@@ end\\n' "$n"`,
    `cat ${hostile}`,
    '',
  ].join('\n');
}
