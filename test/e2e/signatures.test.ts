import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { cli } from '../support/cli.ts';
import { clusterDocument, document } from '../support/documents.ts';
import { eventually } from '../support/eventually.ts';
import { startGitHttp } from '../support/git-http.ts';
import { describeWith } from '../support/real-parts.ts';
import type { StatusFile } from '../support/repo.ts';
import { startScenario, type Scenario } from '../support/scenario.ts';

function operation(digest?: string): Record<string, string> {
  const approval = digest === undefined ? {} : { approval: { digest } };
  const spec = { type: 'run', target: { cluster: 'web' }, script: 'true', ...approval };
  return { 'ops/go.yaml': document('Operation', 'go', spec) };
}

describeWith(['git', 'git-http-backend', 'ssh-keygen'], 'a daemon that believes signed commits alone', () => {
  let keys: string;
  let dana: string;
  let kim: string;
  let scenario: Scenario;

  beforeEach(async () => {
    keys = mkdtempSync(join(tmpdir(), 'signers-'));
    [dana, kim] = ['dana', 'kim'].map((name) => {
      const file = join(keys, name);
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file]);
      return file;
    }) as [string, string];
    allow('dana');
    scenario = await startScenario({
      clusters: { web: 1 },
      serve: async (bare) => {
        execFileSync('git', ['-C', bare, 'config', 'http.receivepack', 'true']);
        const server = await startGitHttp(dirname(bare));
        const signatures = { allowedSignersFile: join(keys, 'allowed') };
        const options = { poll: '300ms', signatures };
        return { url: `${server.url}/${basename(bare)}`, options, stop: () => server.close() };
      },
    });
  });
  afterEach(async () => {
    await scenario.stop();
    rmSync(keys, { recursive: true });
  });

  /** Writes the file of those who may sign. */
  function allow(...names: string[]): void {
    const lines = names.map((name) => `${name}@example.org ${readFileSync(join(keys, `${name}.pub`), 'utf8')}`);
    writeFileSync(join(keys, 'allowed'), lines.join(''));
  }

  function untilFleet(pattern: RegExp): Promise<StatusFile> {
    return scenario.untilStatus('fleet.yaml', (file) => pattern.test(JSON.stringify(file)));
  }

  function untilHeld(pattern: RegExp): Promise<StatusFile> {
    return scenario.untilStatus('operations/go.yaml', ({ conditions }) => {
      const ready = conditions?.find(({ type }) => type === 'Ready');
      return ready?.reason === 'ApprovalRequired' && pattern.test(ready.message);
    });
  }

  it('refuses what is not signed, and lets nobody approve what the same key has signed', async () => {
    const { repo } = scenario;
    // The first tip is not signed: nothing begins.
    scenario.start();
    await eventually(() => /NOT_SIGNED/.test(scenario.daemon.log()), { timeoutMs: 60_000 });
    expect(await repo.statusPaths()).toEqual([]);

    const cluster = clusterDocument('web', { approval: { required: true } });
    const accepted = await repo.push({ 'clusters/web/cluster.yaml': cluster }, 'signed', { key: dana });
    await scenario.untilHosts(['web-1'], 'active');

    // Smuggled in below a signed commit: named, and what is accepted stays in force.
    const smuggled = await repo.commit(operation(), 'go', { who: 'Dana' });
    await repo.push({ 'README.md': 'x' }, 'on top', { key: dana });
    const refused = await untilFleet(/NOT_SIGNED.*is not signed/);
    const told = JSON.stringify(refused);
    expect(told).toContain(`The commit ${smuggled.slice(0, 12)} is not signed`);
    expect(told).toContain(`git rebase --exec 'git commit --amend --no-edit -S' ${accepted.slice(0, 12)}`);
    expect(await repo.status('operations/go.yaml')).toBeUndefined();
    const shown = await cli(['status', '--config', scenario.configPath]);
    expect(shown.stdout + shown.stderr).toContain(
      `the tip is refused (NotSigned): The commit ${smuggled.slice(0, 12)} is not signed. Sign every commit`,
    );

    await repo.resign(accepted, dana);
    const waits = await untilHeld(/waits for an approval/);
    const digest = waits.detail.approval.digest as string;

    // Approved by its author in the name of another, and then by a key that is not allowed yet.
    await repo.push(operation(digest), 'approved', { who: 'Kim', key: dana });
    await untilHeld(
      /the approval by dana@example\.org in [0-9a-f]{12} does not count.* last changed by dana@example\.org/,
    );
    await repo.commit(operation(), 'not like this', { key: dana });
    const approval = await repo.push(operation(digest), 'approved', { who: 'Dana', key: kim });
    await untilFleet(/is signed with the key SHA256:.* not among the allowed signers/);
    expect(await scenario.events('started')).toEqual([]);

    allow('dana', 'kim');
    const done = await scenario.untilPhase('go', ['Succeeded']);
    expect(done.detail.approval).toMatchObject({
      commit: approval,
      who: 'kim@example.org',
      change: { who: 'dana@example.org' },
    });
    expect(JSON.stringify(await repo.status('fleet.yaml'))).not.toContain('refused');
    const audit = readFileSync(join(scenario.folder, 'daemon/state/audit/operations.jsonl'), 'utf8');
    expect(audit.split('\n')[0]).toMatch(/"author":"[^"]*".*"signer":"(dana|kim)@example\.org"/);
  });

  it('has a lost store rebuilt from no commit that is not signed', async () => {
    const adopted = await cli(['store', 'adopt', '--config', scenario.configPath]);

    expect(adopted.code).toBe(1);
    expect(adopted.stderr).toMatch(/The commit [0-9a-f]{12} is not signed\./);
    expect(adopted.stderr).toContain('Push a commit on top that an allowed signer signs');
  });
});
