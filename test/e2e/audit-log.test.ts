import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { AuditLine } from '../../reconciler/engine/audit/command-audit.ts';
import { cli, startDaemon } from '../support/cli.ts';
import type { Daemon } from '../support/cli.ts';
import { writeDaemonConfig } from '../support/daemon-config.ts';
import { clusterDocument, document, fleetDocument, hostDocument, restartDocument } from '../support/documents.ts';
import { eventually } from '../support/eventually.ts';
import { startGitHttp } from '../support/git-http.ts';
import { recordCommands, type SeenCommand } from '../support/recorded-commands.ts';
import { startRealHost, type RealHost } from '../support/real-host.ts';
import { describeWith } from '../support/real-parts.ts';
import { TestRepo } from '../support/repo.ts';
import { startScenario } from '../support/scenario.ts';
import type { Scenario } from '../support/scenario.ts';
import { makeKey, testFolder } from '../support/sshd.ts';

const SECRETS = { PASSPHRASE: 'passphrase-7h1s', TOKEN: 'token-0f-th3-forge', SCRIPT: 'secret-in-the-scr1pt' };
const JO = 'Jo Operator <jo@example.com>';
/** A file of the log is set aside when it would grow beyond this. */
const FILE_BYTES = 8 * 1024 * 1024;

/** Every line of `<name>.jsonl` and of the files set aside, the oldest first. */
function linesOf(folder: string, name: string): AuditLine[] {
  const ageOf = (file: string): number => Number(/\.(\d+)\.jsonl$/.exec(file)?.[1] ?? 0);
  const files = readdirSync(folder).filter((file) => new RegExp(`^${name}(\\.\\d+)?\\.jsonl$`).test(file));
  return files
    .sort((a, b) => ageOf(b) - ageOf(a))
    .flatMap((file) => readFileSync(join(folder, file), 'utf8').split('\n').filter(Boolean))
    .map((line) => JSON.parse(line) as AuditLine);
}

const isFiller = (line: AuditLine): boolean => line.fleet === 'filler';

describeWith(['sshd', 'git', 'git-http-backend', 'mount'], 'the audit log of a rolling run on real hosts', () => {
  const { folder, remove } = testFolder('audit-');
  const audit = join(folder, 'daemon/state/audit');
  const hosts: RealHost[] = [];
  const ends: (() => Promise<unknown>)[] = [];
  const env = { KEY_PASSPHRASE: SECRETS.PASSPHRASE, FORGE_TOKEN: SECRETS.TOKEN };
  let daemon: Daemon;

  afterEach(async () => {
    await daemon?.kill();
    for (const end of ends) await end();
    remove();
  });

  /** Older lines until none more fits before the file is set aside: months of commands. */
  function ageFile(): number {
    const path = join(audit, 'operations.jsonl');
    mkdirSync(audit, { recursive: true, mode: 0o700 });
    appendFileSync(path, '', { mode: 0o600 });
    const line = `${JSON.stringify({ fleet: 'filler', command: 'x'.repeat(1000) })}\n`;
    const count = Math.floor((FILE_BYTES - statSync(path).size) / line.length);
    appendFileSync(path, line.repeat(count));
    return count;
  }

  it('has every command that a host got, across rotations and a killed daemon, and no secret', async () => {
    const key = makeKey(folder, 'id', { passphrase: SECRETS.PASSPHRASE });
    for (const [index, name] of ['h1', 'h2'].entries()) {
      const stepsRoot = join(folder, 'steps');
      const address = `127.0.96.${index + 1}`;
      const host = await startRealHost({ name, address, folder, stepsRoot, authorizedKey: key.publicKey });
      ends.push(() => host.stop());
      hosts.push(host);
    }
    const seen = recordCommands(hosts, folder);
    const repo = await TestRepo.create(join(folder, 'git'));
    const forge = await startGitHttp(join(folder, 'git'));
    ends.push(() => forge.close());
    forge.requireCredentials('x-access-token', SECRETS.TOKEN);
    const config = writeDaemonConfig({
      folder: join(folder, 'daemon'),
      fleet: 'audited',
      repository: `${forge.url}/fleet.git`,
      repositoryOptions: { auth: { tokenEnv: 'FORGE_TOKEN' } },
      clientKey: key.privateKey,
      ssh: {
        identities: { default: { keyFile: key.path, passphraseEnv: 'KEY_PASSPHRASE' } },
        stepsRoot: join(folder, 'steps'),
      },
    });
    const run = document('Operation', 'sweep', {
      type: 'run',
      target: { cluster: 'web' },
      script: `#!/bin/sh\nexport TOKEN=${SECRETS.SCRIPT}\nsleep 0.6\n`,
      args: ["it's", '$HOME'],
      rollout: { batches: 1 },
    });
    const commit = await repo.push({
      'fleet.yaml': fleetDocument('audited'),
      'cluster.yaml': clusterDocument('web'),
      'sweep.yaml': run,
      ...Object.fromEntries(
        hosts.map(({ name, address, port, hostKey }) => [
          `${name}.yaml`,
          hostDocument(name, address, 'web', { port, hostKeys: [hostKey] }),
        ]),
      ),
    });
    let filler = ageFile();
    const starts = (): SeenCommand[] => seen().filter(({ command }) => command.startsWith('intendant-step-start'));

    daemon = startDaemon(config, { env });
    await eventually(() => starts().length === 2, { timeoutMs: 60_000 });
    await daemon.kill('SIGKILL');
    const before = seen();
    filler += ageFile();
    daemon = startDaemon(config, { env });
    const done = await eventually(
      async () => {
        const file = await repo.status('operations/sweep.yaml');
        if (!/Succeeded|Failed/.test(file?.status ?? '')) throw new Error(daemon.log().slice(-3000));
        return file;
      },
      { timeoutMs: 60_000 },
    );
    await daemon.kill();

    expect(done?.status).toBe('Succeeded');
    const operations = linesOf(audit, 'operations');
    expect(operations.filter(isFiller)).toHaveLength(filler);
    expect(readdirSync(audit).sort()).toEqual([
      'looks.jsonl',
      'operations.1.jsonl',
      'operations.2.jsonl',
      'operations.jsonl',
    ]);
    const lines = operations.filter((line) => !isFiller(line));
    const sent = lines.filter(({ event }) => event === 'send');
    expect(sent.map(textOf)).toEqual(starts().map(textOf));
    expect([...new Set(starts().map(({ host }) => host))]).toEqual(['h1', 'h2']);
    for (const line of sent) {
      expect(line).toMatchObject({ fleet: 'audited', verb: 'step-start', operation: 'sweep', round: 0, commit });
      expect(line).toMatchObject({ author: JO, committer: JO, step: expect.stringMatching(/^sweep\.0\.\d-run$/) });
      expect(line.command).toMatch(/ script 'it'\\''s' '\$HOME'$/);
    }
    const told = [...lines, ...linesOf(audit, 'looks')].filter(({ event }) => event === 'done');
    expect(told.filter(({ result }) => result === 'exited').every(({ exitCode }) => exitCode === 0)).toBe(true);
    // What the killed daemon had not heard the end of is told by its `send` line, or was only a look.
    const missing = without(seen().map(textOf), told.map(textOf));
    const last = hosts.flatMap(({ name }) => before.filter(({ host }) => host === name).slice(-2)).map(textOf);
    expect(without(missing, last)).toEqual([]);
    const written = readdirSync(audit).map((file) => readFileSync(join(audit, file), 'utf8'));
    for (const secret of Object.values(SECRETS)) {
      expect([...written, daemon.log()].some((text) => text.includes(secret))).toBe(false);
    }
    for (const file of readdirSync(audit)) expect(statSync(join(audit, file)).mode & 0o777).toBe(0o600);
  });
});

function textOf({ host, command }: { host: string; command: string }): string {
  return `${host}: ${command}`;
}

/** The elements of a list that are left when those of another are taken away, one for one. */
function without(all: readonly string[], taken: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const one of taken) left.set(one, (left.get(one) ?? 0) + 1);
  return all.filter((one) => {
    const count = left.get(one) ?? 0;
    left.set(one, count - 1);
    return count <= 0;
  });
}

describe('the audit log of a rolling restart, and of a store that is adopted', () => {
  let scenario: Scenario;

  afterEach(async () => {
    await scenario.stop();
  });

  /** Commands in the hosts' own record that the audit does not have, and what the audit has of operations. */
  async function compared(): Promise<{ missing: string[]; lines: AuditLine[] }> {
    const audit = join(scenario.folder, 'daemon/state/audit');
    const lines = linesOf(audit, 'operations');
    const told = [...lines, ...linesOf(audit, 'looks')].filter(({ event }) => event === 'done');
    const commands = (await scenario.events('command')).map(({ host, verb }) => `${host}: ${verb}`);
    return {
      missing: without(
        commands,
        told.map(({ host, verb }) => `${host}: ${verb}`),
      ),
      lines,
    };
  }

  it('has each command of the hosts own record, with the step and how it ended', async () => {
    scenario = await startScenario({ clusters: { web: 3 } });
    const rollout = { batches: 1, pauseAfter: 2 };
    const spec = restartDocument('r', 'web', { rollout });
    const commit = await scenario.repo.push({ 'operations/r.yaml': spec }, 'restart');
    scenario.start();
    await scenario.untilPhase('r', ['Suspended']);
    await scenario.daemon.kill();

    const { missing, lines } = await compared();

    expect(missing).toEqual([]);
    expect(lines.every((line) => line.commit === commit && line.author === JO && line.operation === 'r')).toBe(true);
    expect(lines.filter(({ event }) => event === 'send').map(({ host, step }) => `${host} ${step}`)).toEqual([
      'web-1 r.0.1-reboot',
      'web-2 r.0.1-reboot',
    ]);
    const starts = lines.filter(({ verb, event }) => verb === 'step-start' && event === 'done');
    expect(starts.map(({ result }) => result)).toEqual(['exited', 'exited']);
    rmSync(join(scenario.folder, 'daemon/state/store'), { recursive: true });

    const adopted = await cli(['store', 'adopt', '--config', scenario.configPath]);

    expect(adopted.code, adopted.stderr).toBe(0);
    const after = await compared();
    expect(after.missing).toEqual([]);
    expect(
      after.lines
        .slice(lines.length)
        .map(({ verb, host, step }) => `${verb} ${host} ${step}`)
        .sort(),
    ).toEqual(scenario.hosts('web').map((host) => `step-read ${host} r.0.1-reboot`));
    expect(after.lines.slice(lines.length).every((line) => line.commit === commit && line.author === JO)).toBe(true);
  });
});
