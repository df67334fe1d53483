import { afterEach, describe, expect, it } from 'vitest';
import { rebootsByHost } from '../../reconciler/demo/outages.ts';
import { restartDocument } from '../support/documents.ts';
import { eventually } from '../support/eventually.ts';
import { startScenario } from '../support/scenario.ts';
import type { Scenario } from '../support/scenario.ts';

describe('hosts in trouble', () => {
  let scenario: Scenario;

  afterEach(async () => {
    await scenario.stop();
  });

  async function reboots(): Promise<Record<string, number>> {
    return Object.fromEntries(rebootsByHost(await scenario.fleet.records()));
  }

  it('stops at the failure budget when a host never comes back, and says which one', async () => {
    scenario = await startScenario({ clusters: { web: 5 } });
    scenario.start();
    await scenario.untilHosts(scenario.hosts('web'), 'active');
    await scenario.fleet.control.setFaults({ neverComesBack: true }, ['web-2']);

    const restart = restartDocument('restart-web', 'web', { rollout: { batches: 1 }, timeout: '10s' });
    await scenario.repo.push({ 'operations/restart-web.yaml': restart }, 'restart');

    const done = await scenario.untilPhase('restart-web', ['Succeeded', 'Failed'], 60_000);
    expect(done.status).toBe('Failed');
    expect(done.detail.hosts).toMatchObject({ succeeded: 1, failed: 1, running: 0 });
    expect(done.detail.outcomes['web-2']).toMatchObject({ result: 'failed' });
    expect(done.conditions?.find(({ type }) => type === 'Ready')?.message).toContain('web-2');
    expect(await reboots()).toEqual({ 'web-1': 1, 'web-2': 1, 'web-3': 0, 'web-4': 0, 'web-5': 0 });
    await scenario.untilHosts(['web-2'], 'failed');
    expect(await scenario.repo.statusText('README.md')).toContain('web-2');
  });

  it('goes on past a failed host while the budget allows it', async () => {
    scenario = await startScenario({ clusters: { web: 4 } });
    scenario.start();
    await scenario.untilHosts(scenario.hosts('web'), 'active');
    await scenario.fleet.control.setFaults({ refuseReboot: true }, ['web-2']);

    const rollout = { batches: 1, maxFailures: 1 };
    const restart = restartDocument('restart-web', 'web', { rollout });
    await scenario.repo.push({ 'operations/restart-web.yaml': restart }, 'restart');

    const done = await scenario.untilPhase('restart-web', ['Succeeded', 'Failed'], 60_000);
    expect(done.detail.hosts).toMatchObject({ succeeded: 3, failed: 1 });
    expect(await reboots()).toEqual({ 'web-1': 1, 'web-2': 0, 'web-3': 1, 'web-4': 1 });
  });

  it('stalls a host whose key changed, and the others go on', async () => {
    scenario = await startScenario({ clusters: { web: 3 } });
    scenario.start();
    await scenario.untilHosts(scenario.hosts('web'), 'active');

    await scenario.fleet.control.setFaults({ changedHostKey: true }, ['web-2']);
    await scenario.untilHosts(['web-2'], 'failed');
    // A host that cannot be trusted counts as down: with room for one more, the restart goes past it.
    const restart = restartDocument('restart-web', 'web', { rollout: { batches: 1, maxUnavailable: 2 } });
    await scenario.repo.push({ 'operations/restart-web.yaml': restart }, 'restart');

    const done = await scenario.untilPhase('restart-web', ['Succeeded', 'Failed'], 60_000);
    expect(done.detail.outcomes['web-2']).toMatchObject({ result: 'skipped' });
    expect(await reboots()).toEqual({ 'web-1': 1, 'web-2': 0, 'web-3': 1 });
    const conditions = (await scenario.repo.hostStatus('web-2'))?.conditions;
    expect(conditions).toContainEqual(
      expect.objectContaining({ type: 'Stalled', status: 'True', reason: 'HostKeyChanged' }),
    );
    expect((await scenario.repo.hostStatus('web-1'))?.status).toBe('active');
  });

  it('finds a host active again once it answers', async () => {
    scenario = await startScenario({ clusters: { web: 2 } });
    scenario.start();
    await scenario.untilHosts(scenario.hosts('web'), 'active');

    await scenario.fleet.control.setFaults({ unreachable: true }, ['web-1']);
    await scenario.untilHosts(['web-1'], 'failed', 60_000);
    await scenario.fleet.control.setFaults({ unreachable: undefined }, ['web-1']);

    await scenario.untilHosts(['web-1', 'web-2'], 'active', 60_000);
    expect((await scenario.repo.hostStatus('web-1'))?.conditions).toContainEqual(
      expect.objectContaining({ type: 'Ready', status: 'True' }),
    );
  });

  it('restarts a host once though the answer to the order was lost', async () => {
    scenario = await startScenario({ clusters: { web: 2 } });
    scenario.start();
    await scenario.untilHosts(scenario.hosts('web'), 'active');
    await scenario.fleet.control.setFaults({ resetInCommand: { verb: 'step-start', times: 1 } }, ['web-1']);
    await scenario.fleet.control.setFaults({ resetInCommand: { verb: 'step-start', times: 1, when: 'before' } }, [
      'web-2',
    ]);

    const restart = restartDocument('restart-web', 'web', { rollout: { batches: 1 }, timeout: '30s' });
    await scenario.repo.push({ 'operations/restart-web.yaml': restart }, 'restart');

    await eventually(async () => (await scenario.events('down')).length === 2, { timeoutMs: 60_000 });
    expect((await scenario.untilPhase('restart-web', ['Succeeded', 'Failed'], 60_000)).status).toBe('Succeeded');
    expect(await reboots()).toEqual({ 'web-1': 1, 'web-2': 1 });
  });
});
