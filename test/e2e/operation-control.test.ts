import { afterEach, describe, expect, it } from 'vitest';
import { outages, rebootsByHost } from '../../reconciler/demo/outages.ts';
import { restartDocument } from '../support/documents.ts';
import { eventually } from '../support/eventually.ts';
import { holdDown } from '../support/hold-down.ts';
import { startScenario } from '../support/scenario.ts';
import type { Scenario } from '../support/scenario.ts';

const PATH = 'operations/restart-web.yaml';

describe('an operation under way', () => {
  let scenario: Scenario;

  afterEach(async () => {
    await scenario.stop();
  });

  async function begin(hosts: number, spec: object = {}): Promise<void> {
    await start(hosts);
    await change(spec);
  }

  async function start(hosts: number): Promise<void> {
    scenario = await startScenario({ clusters: { web: hosts }, rebootMs: 800 });
    scenario.start();
    await scenario.untilHosts(scenario.hosts('web'), 'active');
  }

  /** A restart of 4 hosts that is changed while the first of them is down. */
  async function changeInTheMiddle(spec: object): Promise<void> {
    await start(4);
    const release = await holdDown(scenario, 'web-1');
    await change({});
    await eventually(async () => (await downs()) === 1, { timeoutMs: 60_000 });
    await untilAccepted(await change(spec));
    await release();
  }

  /** Pushes the operation with these fields; answers with the commit. */
  function change(spec: object): Promise<string> {
    const document = restartDocument('restart-web', 'web', { rollout: { batches: 1 }, ...spec });
    return scenario.repo.push({ [PATH]: document }, 'the operation');
  }

  async function downs(): Promise<number> {
    return (await scenario.events('down')).length;
  }

  /** Waits until every host that went down is up again. */
  async function untilAllUp(): Promise<void> {
    await eventually(async () => outages(await scenario.fleet.records()).every(({ to }) => to !== undefined));
  }

  /** A commit that changes nothing is accepted: the daemon has looked at everything once more. */
  async function untilProcessed(): Promise<void> {
    await untilAccepted(await scenario.repo.push({ 'NOTES.md': `${Date.now()}\n` }, 'a note'));
  }

  async function untilAccepted(commit: string): Promise<void> {
    await scenario.untilStatus('fleet.yaml', ({ revision }) => revision?.accepted === commit);
  }

  it('begins no further host while it is suspended, and goes on when it is resumed', async () => {
    await changeInTheMiddle({ suspend: true });
    await scenario.untilStatus(PATH, ({ status, detail }) => status === 'Suspended' && detail.hosts.running === 0);
    await untilAllUp();
    await untilProcessed();

    expect(await downs()).toBe(1);

    await change({ suspend: false });

    expect((await scenario.untilPhase('restart-web', ['Succeeded', 'Failed'])).status).toBe('Succeeded');
    expect([...rebootsByHost(await scenario.fleet.records()).values()]).toEqual([1, 1, 1, 1]);
  });

  it('finishes the host in hand when it is cancelled, and begins no other for ever', async () => {
    await changeInTheMiddle({ cancel: true });
    const done = await scenario.untilPhase('restart-web', ['Cancelled', 'Succeeded', 'Failed']);
    await change({ cancel: false });
    await untilProcessed();

    expect(done.status).toBe('Cancelled');
    expect(done.detail.outcomes['web-1']).toMatchObject({ result: 'succeeded' });
    expect(await downs()).toBe(1);
    expect(done.detail.hosts).toMatchObject({ succeeded: 1, running: 0 });
  });

  it('runs again on what failed or was skipped when retry is raised, and on nothing else', async () => {
    await begin(3, { suspend: true });
    await scenario.untilPhase('restart-web', ['Suspended', 'Pending']);
    await scenario.fleet.control.setFaults({ neverComesBack: true }, ['web-2']);
    await change({ timeout: '10s' });
    expect((await scenario.untilPhase('restart-web', ['Succeeded', 'Failed'], 60_000)).status).toBe('Failed');

    await scenario.fleet.control.setFaults({ neverComesBack: undefined }, ['web-2']);
    await scenario.fleet.control.powerOn(['web-2']);
    await scenario.untilHosts(['web-2'], 'active');
    await change({ timeout: '10s', retry: 1 });

    const done = await scenario.untilStatus(PATH, ({ status, detail }) => status === 'Succeeded' && detail.round === 1);
    expect(done.detail.hosts).toMatchObject({ succeeded: 3, failed: 0, skipped: 0 });
    expect(Object.fromEntries(rebootsByHost(await scenario.fleet.records()))).toEqual({
      'web-1': 1,
      'web-2': 2,
      'web-3': 1,
    });
  });

  it('pauses after the given number of batches until a person lets it go on', async () => {
    await begin(3, { rollout: { batches: 1, pauseAfter: 1 } });

    await scenario.untilPhase('restart-web', ['Suspended']);
    await untilProcessed();
    expect(await downs()).toBe(1);
    await change({ rollout: { batches: 1 } });

    expect((await scenario.untilPhase('restart-web', ['Succeeded', 'Failed'])).status).toBe('Succeeded');
    expect(await downs()).toBe(3);
  });
});
