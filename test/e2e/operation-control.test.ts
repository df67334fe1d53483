import { afterEach, describe, expect, it } from 'vitest';
import { outages, rebootsByHost } from '../../reconciler/demo/outages.ts';
import { restartDocument } from '../support/documents.ts';
import { eventually } from '../support/eventually.ts';
import { startScenario } from '../support/scenario.ts';
import type { Scenario } from '../support/scenario.ts';

const PATH = 'operations/restart-web.yaml';

describe('an operation under way', () => {
  let scenario: Scenario;

  afterEach(async () => {
    await scenario.stop();
  });

  async function begin(hosts: number, spec: object = {}): Promise<void> {
    scenario = await startScenario({ clusters: { web: hosts }, rebootMs: 800 });
    scenario.start();
    await scenario.untilHosts(scenario.hosts('web'), 'active');
    await change(spec);
  }

  /** Pushes the operation with these fields; answers with the commit. */
  function change(spec: object): Promise<string> {
    const document = restartDocument('restart-web', 'web', { rollout: { batches: 1 }, ...spec });
    return scenario.repo.push({ [PATH]: document }, 'the operation');
  }

  async function downs(): Promise<number> {
    return (await scenario.events('down')).length;
  }

  async function untilDowns(count: number): Promise<void> {
    await eventually(async () => (await downs()) >= count, { timeoutMs: 30_000 });
  }

  /** Waits until every host that went down is up again. */
  async function untilAllUp(): Promise<void> {
    await eventually(async () => outages(await scenario.fleet.records()).every(({ to }) => to !== undefined));
  }

  /** A commit that changes nothing is accepted: the daemon has looked at everything once more. */
  async function untilProcessed(): Promise<void> {
    const commit = await scenario.repo.push({ 'NOTES.md': `${Date.now()}\n` }, 'a note');
    await scenario.untilStatus('fleet.yaml', ({ revision }) => revision?.accepted === commit);
  }

  it('begins no further host while it is suspended, and goes on when it is resumed', async () => {
    await begin(4);
    await untilDowns(1);

    await change({ suspend: true });
    await scenario.untilPhase('restart-web', ['Suspended']);
    await untilAllUp();
    const before = await downs();
    await untilProcessed();

    expect(before).toBeLessThan(4);
    expect(await downs()).toBe(before);

    await change({ suspend: false });

    expect((await scenario.untilPhase('restart-web', ['Succeeded', 'Failed'])).status).toBe('Succeeded');
    expect([...rebootsByHost(await scenario.fleet.records()).values()]).toEqual([1, 1, 1, 1]);
  });

  it('finishes the host in hand when it is cancelled, and begins no other for ever', async () => {
    await begin(4);
    await untilDowns(1);

    await change({ cancel: true });
    const done = await scenario.untilPhase('restart-web', ['Cancelled', 'Succeeded', 'Failed']);
    await change({ cancel: false });
    await untilProcessed();

    expect(done.status).toBe('Cancelled');
    expect(done.detail.outcomes['web-1']).toMatchObject({ result: 'succeeded' });
    expect(await downs()).toBeLessThan(4);
    expect(done.detail.hosts.succeeded).toBe(await downs());
    expect(done.detail.hosts.running).toBe(0);
  });

  it('runs again on what failed or was skipped when retry is raised, and on nothing else', async () => {
    await begin(3, { suspend: true });
    await scenario.untilPhase('restart-web', ['Suspended', 'Pending']);
    await scenario.fleet.control.setFaults({ neverComesBack: true }, ['web-2']);
    await change({ timeout: '4s' });
    expect((await scenario.untilPhase('restart-web', ['Succeeded', 'Failed'], 60_000)).status).toBe('Failed');

    await scenario.fleet.control.setFaults({ neverComesBack: undefined }, ['web-2']);
    await scenario.fleet.control.powerOn(['web-2']);
    await scenario.untilHosts(['web-2'], 'active');
    await change({ timeout: '4s', retry: 1 });

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
