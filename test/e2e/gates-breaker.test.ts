import { afterEach, describe, expect, it } from 'vitest';
import { cli } from '../support/cli.ts';
import { join } from 'node:path';
import { clusterDocument, restartDocument } from '../support/documents.ts';
import { startScenario, type Scenario } from '../support/scenario.ts';

const OPERATION = 'operations/restart-web.yaml';

describe('a circuit breaker', () => {
  let scenario: Scenario;

  afterEach(async () => {
    await scenario.stop();
  });

  it('holds an operation while too many hosts of its cluster have failed, and lets it go when they are back', async () => {
    scenario = await startScenario({ clusters: { web: 5 } });
    scenario.start();
    await scenario.untilHosts(scenario.hosts('web'), 'active');
    await scenario.fleet.control.setFaults({ neverComesBack: true }, ['web-4', 'web-5']);
    await scenario.fleet.control.reboot(['web-4', 'web-5']);
    await scenario.untilHosts(['web-4', 'web-5'], 'failed');
    const before = (await scenario.events('down')).length;
    await scenario.repo.push(
      {
        'clusters/web/cluster.yaml': clusterDocument('web', { maxUnhealthy: 1 }),
        [OPERATION]: restartDocument('restart-web', 'web', { rollout: { maxUnavailable: 5 } }),
      },
      'a restart',
    );

    const held = await scenario.untilStatus(
      OPERATION,
      ({ conditions }) => conditions?.[0]?.reason === 'TooManyUnhealthy',
    );
    const plan = await cli(['plan', join(scenario.folder, 'git', 'clone'), '--config', scenario.configPath]);
    const meanwhile = (await scenario.events('down')).length;
    await scenario.fleet.control.setFaults({ neverComesBack: undefined }, ['web-4', 'web-5']);
    await scenario.fleet.control.powerOn(['web-4', 'web-5']);
    const done = await scenario.untilPhase('restart-web', ['Succeeded', 'Failed'], 60_000);

    expect(held.conditions![0]!.message).toContain('2 hosts of cluster web are unhealthy and at most 1 may be');
    expect(plan.stdout).toContain('it would wait: 2 hosts of cluster web are unhealthy');
    expect(meanwhile).toBe(before);
    expect(done.status).toBe('Succeeded');
  });
});
