import { rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { rebootsByHost } from '../../reconciler/demo/outages.ts';
import { cli, type CliResult } from '../support/cli.ts';
import { clusterDocument, fleetDocument, hostDocument, restartDocument } from '../support/documents.ts';
import { eventually } from '../support/eventually.ts';
import { holdDown } from '../support/hold-down.ts';
import { startScenario, type Scenario } from '../support/scenario.ts';

let scenario: Scenario;
afterEach(() => scenario.stop());

const OPERATION = 'operations/restart-web.yaml';
const FAST = { rollout: { batches: 2 } };

async function begin(hosts: number, rebootMs = 400): Promise<void> {
  scenario = await startScenario({ clusters: { web: hosts }, rebootMs });
  scenario.start();
  await scenario.untilHosts(scenario.hosts('web'), 'active', 60_000);
}

function pushRestart(spec: object = {}): Promise<string> {
  return scenario.repo.push({ [OPERATION]: restartDocument('restart-web', 'web', { ...FAST, ...spec }) }, 'restart');
}

function byHand(...args: string[]): Promise<CliResult> {
  return cli([...args, '--config', scenario.configPath]);
}

async function begun(): Promise<number[]> {
  return (await scenario.events('started')).map(({ at }) => at);
}

async function untilBegun(count: number): Promise<void> {
  await eventually(async () => (await begun()).length >= count, { timeoutMs: 60_000 });
}

async function expectEachOnce(): Promise<void> {
  const done = await scenario.untilPhase('restart-web', ['Succeeded', 'Failed', 'Cancelled'], 90_000);
  expect(done.status).toBe('Succeeded');
  const reboots = rebootsByHost(await scenario.fleet.records());
  expect([...reboots.values()]).toEqual(scenario.hosts('web').map(() => 1));
}

describe('the brake, in the middle of a restart of 20 hosts', () => {
  it('stops new steps within a second, outlives SIGKILL, shows everywhere, and is lifted without anything done twice', async () => {
    await begin(20);
    // So that it is still under way when the command line has started.
    await scenario.fleet.control.setFaults({ rebootDelayMs: 1500 });
    await pushRestart();
    await untilBegun(4);

    expect((await byHand('halt', '--why', 'smoke in the hall')).code).toBe(0);
    const pulledAt = Date.now();
    const halted = await scenario.untilStatus('fleet.yaml', (file) => file.halted?.length === 1);
    const shown = await scenario.untilStatus(OPERATION, ({ conditions }) =>
      (conditions ?? []).some(({ reason }) => reason === 'Halted'),
    );
    const status = await byHand('status');
    await scenario.daemon.kill('SIGKILL');
    scenario.start();
    await eventually(async () => (await byHand('status', '--from', 'socket')).stdout.includes('HALTED'), {
      timeoutMs: 60_000,
    });
    await scenario.repo
      .push({ 'NOTES.md': 'looked at once more\n' }, 'a note')
      .then((commit) => scenario.untilStatus('fleet.yaml', ({ revision }) => revision?.accepted === commit));

    expect(halted.halted[0]).toMatchObject({ by: 'command', why: 'smoke in the hall' });
    expect(shown.status).toBe('Suspended');
    expect(await scenario.repo.statusText('README.md')).toContain('**Halted: no step begins.**');
    expect(status.code).toBe(4);
    expect(status.stdout).toMatch(/^HALTED, no step begins: .*smoke in the hall/);
    expect((await begun()).filter((at) => at > pulledAt + 1000)).toEqual([]);
    expect((await begun()).length).toBeLessThan(20);

    await scenario.fleet.control.setFaults({ rebootDelayMs: undefined });
    expect((await byHand('resume-all')).code).toBe(0);

    await expectEachOnce();
    await scenario.untilStatus('fleet.yaml', (file) => file.halted === undefined);
  });

  it('is pulled by a file just so, and stays until the file is gone', async () => {
    await begin(6);
    const file = join(dirname(scenario.configPath), 'halt');
    await pushRestart({ rollout: { batches: 1 } });
    await untilBegun(1);

    writeFileSync(file, 'hands off\n');
    const pulledAt = Date.now();
    const halted = await scenario.untilStatus('fleet.yaml', (each) => each.halted?.length === 1);
    const resumed = await byHand('resume-all');
    await scenario.daemon.kill('SIGKILL');
    scenario.start();
    const commit = await scenario.repo.push({ 'NOTES.md': 'once more\n' }, 'a note');
    await scenario.untilStatus('fleet.yaml', ({ revision }) => revision?.accepted === commit);

    expect(halted.halted[0]).toMatchObject({ by: 'file', who: file, why: 'hands off' });
    expect(resumed.code).toBe(1);
    expect(resumed.stdout).toContain(`Still halted by the file ${file}`);
    expect((await begun()).filter((at) => at > pulledAt + 1000)).toEqual([]);

    rmSync(file);

    await expectEachOnce();
  });

  it('is pulled from the start with --paused', async () => {
    scenario = await startScenario({ clusters: { web: 2 } });
    await pushRestart();

    const once = await byHand('run', '--once', '--paused');

    expect(once.code).toBe(0);
    expect(await begun()).toEqual([]);
    const lifted = await byHand('resume-all', '-o', 'json');
    expect(JSON.parse(lifted.stdout)).toMatchObject({ through: 'store', lifted: { format: 1 } });
    scenario.start();
    await expectEachOnce();
  });
});

describe('a claim that is released by hand', () => {
  it('lets the operation count the host as failed and go on, and keeps the reason', async () => {
    await begin(3);
    await scenario.fleet.control.setFaults({ neverComesBack: true }, ['web-1']);
    await pushRestart({ timeout: '10m', rollout: { batches: 1, maxFailures: 1, maxUnavailable: 2 } });
    await untilBegun(1);
    const listed = await eventually(async () => {
      const { claims } = JSON.parse((await byHand('claims', '-o', 'json')).stdout) as { claims: { host: string }[] };
      return claims.length > 0 ? claims : undefined;
    });

    const released = await byHand('claims', 'release', 'web-1', '--reason', 'the board is dead');

    expect(listed).toMatchObject([{ host: 'web-1', owner: 'Operation/restart-web', orphaned: false }]);
    expect(released.code).toBe(0);
    const done = await scenario.untilPhase('restart-web', ['Succeeded', 'Failed'], 60_000);
    expect(done.status).toBe('Succeeded');
    expect(done.detail.outcomes['web-1']).toMatchObject({ result: 'failed', reason: 'ReleasedByHand' });
    expect(done.detail.hosts).toMatchObject({ succeeded: 2, failed: 1 });
    expect((await byHand('claims')).stdout).toContain('the board is dead');
    expect((await byHand('claims', 'release', 'web-1', '--reason', 'again')).stderr).toContain('NOT_CLAIMED');
  });
});

describe('a commit that stops work and breaks another document of the same cluster', () => {
  const broken = {
    'clusters/web/hosts/web-4.yaml': hostDocument('web-4', '10.0.0.3', 'web').replace('address:', 'adress:'),
  };

  it.each([
    [
      'suspends the operation',
      { [OPERATION]: restartDocument('restart-web', 'web', { rollout: { batches: 1 }, suspend: true }) },
      'Suspended',
    ],
    [
      'cancels the operation',
      { [OPERATION]: restartDocument('restart-web', 'web', { rollout: { batches: 1 }, cancel: true }) },
      'Cancelled',
    ],
    [
      'freezes the cluster',
      { 'clusters/web/cluster.yaml': clusterDocument('web', { freeze: { who: 'jo', why: 'stop' } }) },
      'Frozen',
    ],
    ['freezes the fleet', { 'fleet.yaml': fleetDocument('test', { freeze: { who: 'jo', why: 'stop' } }) }, 'Frozen'],
  ])('is obeyed when it %s', async (_what, files, reason) => {
    await begin(4);
    const release = await holdDown(scenario, 'web-1');
    await pushRestart({ rollout: { batches: 1 } });
    await untilBegun(1);

    const stop = await scenario.repo.push({ ...files, ...broken }, 'stop, with a slip of the pen');
    await scenario.untilStatus('fleet.yaml', ({ revision }) => revision?.accepted === stop);
    await release();

    await scenario.untilStatus(
      OPERATION,
      ({ status, conditions, detail }) =>
        (status === reason || (conditions ?? []).some((each) => each.reason === reason)) && detail.hosts.running === 0,
    );
    const commit = await scenario.repo.push({ 'NOTES.md': 'once more\n' }, 'a note');
    const fleet = await scenario.untilStatus('fleet.yaml', ({ revision }) => revision?.accepted === commit);
    expect(fleet.held.web).toBeDefined();
    expect(await begun()).toHaveLength(1);
  });
});
