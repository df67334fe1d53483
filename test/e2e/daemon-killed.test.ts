import { afterEach, describe, expect, it } from 'vitest';
import { mostDownAtOnce, outages, rebootsByHost } from '../../reconciler/demo/outages.ts';
import { restartDocument } from '../support/documents.ts';
import { eventually } from '../support/eventually.ts';
import { startScenario } from '../support/scenario.ts';
import type { Scenario } from '../support/scenario.ts';

describe('a daemon killed with SIGKILL in the middle of a rolling restart', () => {
  let scenario: Scenario;

  afterEach(async () => {
    await scenario.stop();
  });

  it('completes the operation when it is started again: no host is restarted twice, none is skipped', async () => {
    scenario = await startScenario({ clusters: { web: 6 }, rebootMs: 600 });
    const hosts = scenario.hosts('web');
    scenario.start();
    await scenario.untilHosts(hosts, 'active');
    const restart = restartDocument('restart-web', 'web', { rollout: { batches: 1 } });
    await scenario.repo.push({ 'operations/restart-web.yaml': restart }, 'restart');

    // Once as soon as a step was started, once while a host is down, once just after it came back.
    await eventually(async () => (await scenario.events('started')).length >= 1, { timeoutMs: 60_000 });
    await scenario.daemon.kill('SIGKILL');
    scenario.start();
    await eventually(async () => (await scenario.events('down')).length >= 3, { timeoutMs: 60_000 });
    await scenario.daemon.kill('SIGKILL');
    scenario.start();
    await eventually(async () => (await scenario.events('boot')).length >= hosts.length + 5, { timeoutMs: 60_000 });
    await scenario.daemon.kill('SIGKILL');
    scenario.start();

    const done = await scenario.untilPhase('restart-web', ['Succeeded', 'Failed']);
    expect(done.status).toBe('Succeeded');
    const record = await scenario.fleet.records();
    expect([...rebootsByHost(record).values()]).toEqual(hosts.map(() => 1));
    expect(mostDownAtOnce(outages(record))).toBe(1);
  });

  it('runs a script once on each host, also when it was killed while the script ran', async () => {
    scenario = await startScenario({ clusters: { web: 3 } });
    const hosts = scenario.hosts('web');
    scenario.start();
    await scenario.untilHosts(hosts, 'active');
    const run = restartDocument('say', 'web', {
      type: 'run',
      script: '#!/bin/sh\nsleep 2\necho "hello $1"\n',
      args: ['world'],
      rollout: { batches: '100%' },
    });
    await scenario.repo.push({ 'operations/say.yaml': run }, 'say hello');

    await eventually(async () => (await scenario.events('started')).length === 3, { timeoutMs: 60_000 });
    await scenario.daemon.kill('SIGKILL');
    scenario.start();

    const done = await scenario.untilPhase('say', ['Succeeded', 'Failed']);
    expect(done.status).toBe('Succeeded');
    const started = await scenario.events('started');
    expect(started.map(({ host }) => host).sort()).toEqual(hosts);
    expect(await scenario.events('ended')).toHaveLength(3);
  });
});
