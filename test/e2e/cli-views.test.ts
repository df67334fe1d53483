import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cli } from '../support/cli.ts';
import { hostDocument, restartDocument } from '../support/documents.ts';
import { eventually } from '../support/eventually.ts';
import { describeWith } from '../support/real-parts.ts';
import { startScenario, type Scenario } from '../support/scenario.ts';

/** One fleet for the tests of this file, in order: first with its daemon, at the end without. */
let scenario: Scenario;
let clone: string;
const state = (): string => join(scenario.configPath, '../state');

beforeAll(async () => {
  scenario = await startScenario({ clusters: { web: 3 } });
  scenario.start();
  await scenario.untilHosts(scenario.hosts('web'), 'active');
  await eventually(async () => (await cli(['status', '--config', scenario.configPath])).code === 0, {
    timeoutMs: 60_000,
  });
  clone = join(scenario.folder, 'of-a-colleague');
  execFileSync('git', ['clone', '--quiet', scenario.repo.bare, clone]);
});
afterAll(() => scenario.stop());

describeWith(['git'], 'the command line while the daemon runs', () => {
  it('status and get are answered by the daemon, and say so', async () => {
    const status = await cli(['status', '--state', state()]);
    const hosts = await cli(['get', 'hosts', '--state', state(), '-o', 'json']);

    expect(status.code).toBe(0);
    expect(status.stdout).toMatch(/^Fleet test is healthy, at main@[0-9a-f]{12}\n3 hosts: 3 active\n/);
    expect(status.stderr).toBe('from the daemon, now\n');
    const list = JSON.parse(hosts.stdout) as { view: object; items: { key: string; status: string }[] };
    expect(list).toMatchObject({ kind: 'HostStatusList', view: { from: 'socket' } });
    expect(list.items.map(({ key, status: word }) => [key, word])).toEqual([
      ['Host/web-1', 'active'],
      ['Host/web-2', 'active'],
      ['Host/web-3', 'active'],
    ]);
  });

  it('get shows one object, and exits 1 for one that is not there', async () => {
    const one = await cli(['get', 'host', 'web-1', '--state', state()]);
    const none = await cli(['get', 'host', 'web-99', '--state', state()]);

    expect(one.stdout).toMatch(/^Host\/web-1\nStatus: +active\n/);
    expect(none).toMatchObject({ code: 1, stdout: '' });
    expect(none.stderr).toContain('Code:  NOT_FOUND');
  });

  it('wait ends when an object is as it should be, and says how it is when it is not in time', async () => {
    const met = await cli(['wait', 'host', 'web-1', '--for', 'condition=Ready', '--state', state()]);
    const late = await cli([
      'wait',
      'host',
      'web-1',
      '--for',
      'status=failed',
      '--timeout',
      '500ms',
      '--state',
      state(),
    ]);

    expect(met).toMatchObject({ code: 0, stdout: 'Host/web-1 active\n' });
    expect(late).toMatchObject({ code: 1, stdout: '' });
    expect(late.stderr).toContain('Not in time: Host/web-1: active');
  });

  it('whoever can read the repository sees the fleet: by its address, and in a clone', async () => {
    const byAddress = await cli(['status', '--repo', scenario.repo.bare, '--from', 'status']);
    const inClone = await cli(['get', 'hosts', '--from', 'status'], { cwd: clone });

    expect(byAddress.code).toBe(0);
    expect(byAddress.stdout).toContain('3 hosts: 3 active');
    expect(byAddress.stderr).toMatch(/^from the status branch, (now|at most .* old)\n$/);
    expect(inClone.stdout).toMatch(/^web-3 +web +active /m);
  });

  it('plan in a clone shows changed fields, a host that goes, and an operation with its batches', async () => {
    execFileSync('git', ['-C', clone, 'rm', '--quiet', 'clusters/web/hosts/web-3.yaml']);
    writeFileSync(join(clone, 'clusters/web/hosts/web-2.yaml'), hostDocument('web-2', '10.9.9.9', 'web'));
    mkdirSync(join(clone, 'operations'), { recursive: true });
    writeFileSync(join(clone, 'operations/again.yaml'), restartDocument('again', 'web'));

    const plan = await cli(['plan', '--state', state(), '--detailed-exitcode'], { cwd: clone });

    expect(plan.code).toBe(2);
    expect(plan.stdout).toMatch(/-\/\+ Host\/web-2\n +spec\.address: 10\.0\.0\.1 → 10\.9\.9\.9\n/);
    expect(plan.stdout).toMatch(/^ {2}- Host\/web-3$/m);
    expect(plan.stdout).toMatch(/ {2}\+ Operation\/again\n/);
    expect(plan.stdout).toMatch(/batch 1 of \d: web-1/);
    expect(plan.stdout).toMatch(/Plan: 2 to add, 0 to change, 2 to remove\.\n$/);
    execFileSync('git', ['-C', clone, 'reset', '--quiet', '--hard']);
    execFileSync('git', ['-C', clone, 'clean', '--quiet', '-fd']);
  });

  it('plan of what is in effect has no changes and exits 0', async () => {
    const plan = await cli(['plan', '--state', state(), '--detailed-exitcode'], { cwd: clone });

    expect(plan).toMatchObject({ code: 0, stdout: 'No changes. The repository says what is in effect already.\n' });
  });

  it('reconcile makes the daemon look', async () => {
    const { code, stdout } = await cli(['reconcile', '--config', scenario.configPath, '-o', 'json']);

    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ kind: 'ReconcileHint', accepted: true });
  });

  it('status exits 4 and names what is wrong when a document is invalid', async () => {
    const path = 'clusters/web/hosts/web-1.yaml';
    const good = hostDocument('web-1', '10.0.0.0', 'web');
    await scenario.repo.push({ [path]: good.replace('address:', 'adress:') }, 'a slip of the pen');

    const status = await eventually(
      async () => {
        const answer = await cli(['status', '--state', state()]);
        return answer.code === 4 && answer.stdout.includes('Cluster web is held') ? answer : undefined;
      },
      { timeoutMs: 60_000 },
    );

    expect(status.stdout).toContain('is not healthy');
    expect(status.stdout).toMatch(/The configuration has \d errors?\./);
    await scenario.repo.push({ [path]: good }, 'mended');
    await eventually(async () => (await cli(['status', '--state', state()])).code === 0, { timeoutMs: 60_000 });
  });
});

describeWith(['git'], 'the command line when the daemon is gone', () => {
  it('which ends at once when it is asked to, and exits 0', async () => {
    expect(await scenario.daemon.kill('SIGTERM')).toBe(0);
  });

  it('status is answered by the store, and exits 4 since nobody holds the fleet', async () => {
    const { code, stdout, stderr } = await cli(['status', '--config', scenario.configPath]);

    expect(code).toBe(4);
    expect(stdout).toContain('No daemon holds the fleet.');
    expect(stderr).toMatch(/^from the store, /);
  });

  it('--from socket asks nobody else', async () => {
    const { code, stderr } = await cli(['status', '--config', scenario.configPath, '--from', 'socket']);

    expect(code).toBe(1);
    expect(stderr).toContain('Code:  NO_VIEW');
  });

  it('status exits 4 in a clone when the tip of the config branch is not processed', async () => {
    await scenario.repo.push(
      { 'clusters/web/hosts/web-4.yaml': hostDocument('web-4', '10.0.0.9', 'web') },
      'another host',
    );
    execFileSync('git', ['-C', clone, 'fetch', '--quiet']);

    const { code, stdout } = await cli(['status', '--from', 'status'], { cwd: clone });

    expect(code).toBe(4);
    expect(stdout).toMatch(/The tip [0-9a-f]{12} of main is not processed/);
  });

  it('run --once converges, says what it did, and exits', async () => {
    await scenario.repo.push({ 'clusters/web/hosts/web-4.yaml': null }, 'not yet');

    const { code, stdout } = await cli(['run', '--config', scenario.configPath, '--once', '-o', 'json']);

    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ kind: 'RunReport', fleet: 'test', unwell: [] });
    expect((await cli(['status', '--from', 'status', '--repo', scenario.repo.bare])).code).toBe(0);
  });
});
