import { afterEach, describe, expect, it } from 'vitest';
import { rebootsByHost } from '../../reconciler/demo/outages.ts';
import { cli } from '../support/cli.ts';
import { restartDocument } from '../support/documents.ts';
import { eventually } from '../support/eventually.ts';
import { startScenario } from '../support/scenario.ts';
import type { Scenario } from '../support/scenario.ts';

const CHECK_MS = 1000;
const FAIL_AFTER = 2;
const QUICK = {
  status: { window: '300ms' },
  checks: { interval: `${CHECK_MS}ms`, failAfter: FAIL_AFTER },
  retryInterval: '300ms',
};
const ENDS = ['Succeeded', 'Failed'];

describe('faults of hosts', () => {
  let scenario: Scenario;

  afterEach(async () => {
    await scenario.stop();
  });

  async function begin(hosts: number): Promise<void> {
    scenario = await startScenario({ clusters: { web: hosts }, fleetSpec: QUICK });
    scenario.start();
    await scenario.untilHosts(scenario.hosts('web'), 'active', 60_000);
  }

  async function restartWeb(spec: object = {}): Promise<void> {
    const restart = restartDocument('restart-web', 'web', { rollout: { batches: 1, maxUnavailable: 2 }, ...spec });
    await scenario.repo.push({ 'operations/restart-web.yaml': restart }, 'restart');
  }

  const reboots = async (): Promise<Record<string, number>> =>
    Object.fromEntries(rebootsByHost(await scenario.fleet.records()));

  const condition = async (host: string, type: string) =>
    (await scenario.repo.hostStatus(host))?.conditions?.find((one) => one.type === type);

  it('a full disk on one fails its step by name before anything was begun there, and the rest goes on', async () => {
    await begin(3);
    await scenario.fleet.control.setFaults({ diskFull: true }, ['web-2']);

    await restartWeb({ rollout: { batches: 1, maxFailures: 1, maxUnavailable: 2 } });

    const done = await scenario.untilPhase('restart-web', ENDS, 60_000);
    expect(done.detail.outcomes['web-2']).toMatchObject({ result: 'failed' });
    expect(done.detail.outcomes['web-2'].message).toMatch(/No space left/);
    expect(await reboots()).toEqual({ 'web-1': 1, 'web-2': 0, 'web-3': 1 });
  });

  it('a clock that is a day off is told, and nothing else breaks', async () => {
    await begin(2);
    await scenario.fleet.control.setFaults({ clockSkewSeconds: 86_400 }, ['web-1']);

    await eventually(async () => (await condition('web-1', 'Drifted'))?.reason === 'ClockSkew', { timeoutMs: 60_000 });
    await restartWeb();

    expect((await scenario.untilPhase('restart-web', ENDS, 60_000)).status).toBe('Succeeded');
    const status = await scenario.repo.hostStatus('web-1');
    expect(status?.status).toBe('active');
    expect(status?.detail.clockSkew).toBe(86_400);
    expect((await condition('web-1', 'Drifted'))?.message).toMatch(/about 1d ahead of ours/);
    expect(await condition('web-2', 'Drifted')).toBeUndefined();
  });
});

describe('most hosts vanishing at once', () => {
  let scenario: Scenario;

  afterEach(async () => {
    await scenario.stop();
  });

  it('makes them Unknown in one commit, begins nothing, and ends by itself', async () => {
    scenario = await startScenario({ clusters: { web: 12 }, fleetSpec: { ...QUICK, status: { window: '1s' } } });
    const { repo, fleet } = scenario;
    scenario.start();
    await scenario.untilHosts(scenario.hosts('web'), 'active', 60_000);
    /** Commits that changed a host since this one; others tell what follows from it, of the cluster and the fleet. */
    const commitsOnHosts = (since: string): Promise<string> =>
      repo.git('rev-list', '--count', `${since}..${repo.statusBranch}`, '--', ':(glob)**/hosts/**');
    const before = await repo.git('rev-parse', repo.statusBranch);

    await fleet.control.setFaults({ unreachable: true });
    const vanishedAt = performance.now();
    await scenario.untilHosts(scenario.hosts('web'), 'investigating', 60_000);
    const commits = await commitsOnHosts(before);
    const restart = restartDocument('restart-web', 'web', { rollout: { batches: 3 } });
    await repo.push({ 'operations/restart-web.yaml': restart }, 'restart');
    const held = await scenario.untilStatus('operations/restart-web.yaml', ({ conditions }) =>
      (conditions ?? []).some(({ reason }) => reason === 'MostHostsUnknown'),
    );

    expect(commits).toBe('1');
    expect(held.status).toBe('Pending');
    expect((await repo.hostStatus('web-1'))?.conditions).toContainEqual(
      expect.objectContaining({ type: 'Ready', status: 'Unknown', reason: 'MostHostsUnknown' }),
    );
    const shown = await cli(['status', '--config', scenario.configPath]);
    expect(shown.code).toBe(4);
    expect(shown.stdout + shown.stderr).toContain('MostHostsUnknown');
    // Long enough for every host to have failed, were it not for all the others.
    await eventually(() => performance.now() - vanishedAt > 2 * FAIL_AFTER * CHECK_MS);
    expect([...(await repo.hostStatuses()).values()].filter(({ status }) => status === 'failed')).toEqual([]);

    await fleet.control.setFaults({ unreachable: undefined });
    await scenario.untilHosts(scenario.hosts('web'), 'active', 60_000);
    expect((await scenario.untilPhase('restart-web', ENDS, 90_000)).status).toBe('Succeeded');
    expect(Object.values(Object.fromEntries(rebootsByHost(await fleet.records())))).toEqual(Array(12).fill(1));
  });
});
