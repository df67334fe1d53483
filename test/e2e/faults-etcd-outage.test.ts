import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { cli } from '../support/cli.ts';
import { startEtcdCluster } from '../support/etcd-cluster.ts';
import { startEtcd } from '../support/etcd.ts';
import type { TestEtcd } from '../support/etcd.ts';
import { eventually } from '../support/eventually.ts';
import { describeWith } from '../support/real-parts.ts';
import { beginRestart, expectRestartedOnce, untilDown } from '../support/rolling-restart.ts';
import { startScenario } from '../support/scenario.ts';
import type { Scenario } from '../support/scenario.ts';

const OUTAGE_MS = 10_000;

let scenario: Scenario;

describeWith(['etcd'], 'etcd that stops for ten seconds in the middle of a rolling restart', () => {
  let etcd: TestEtcd;

  beforeEach(async () => {
    etcd = await startEtcd();
    scenario = await startScenario({
      clusters: { web: 6 },
      rebootMs: 400,
      store: { etcd: { endpoints: [etcd.endpoint] } },
    });
    scenario.start();
    await scenario.untilHosts(scenario.hosts('web'), 'active');
  });
  afterEach(async () => {
    etcd.resume();
    await scenario.stop();
    await etcd.stop();
  });

  it.each([
    { how: 'frozen', stop: async () => etcd.freeze(), start: async () => etcd.resume() },
    { how: 'killed', stop: () => etcd.kill(), start: () => etcd.restart() },
  ])(
    '$how: the step in hand ends on its host, none begins, the daemon says so and goes on',
    async ({ stop, start }) => {
      await beginRestart(scenario);
      const before = (await scenario.events('started')).length;

      await stop();
      const over = delay(OUTAGE_MS);
      await scenario.daemon.waitFor(/the store does not answer/, OUTAGE_MS);
      const during = (await scenario.events('started')).length;
      const socket = await cli(['status', '--config', scenario.configPath, '--from', 'socket']);
      const status = await cli(['status', '--config', scenario.configPath]);
      await over;
      const after = await scenario.events('started');
      const ended = await scenario.events('boot');
      await start();

      // The intent of one more step may have been durable a moment before.
      expect(after.length - before).toBeLessThanOrEqual(1);
      expect(after).toHaveLength(during);
      expect(ended).toHaveLength(scenario.hosts('web').length + after.length);
      expect(socket.code).toBe(1);
      expect(socket.stderr).toMatch(/nothing new begins: its store has not answered since/);
      expect(status.code).toBe(4);
      expect(status.stdout).toMatch(/is not healthy/);
      expect(status.stdout).toMatch(/nothing new begins: its store has not answered since/);
      await scenario.daemon.waitFor(/the store answers again/);
      await expectRestartedOnce(scenario);
    },
  );
});

describeWith(['etcd'], 'an etcd of three members', () => {
  it('loses its leader twice in the middle of a rolling restart, which completes', async () => {
    const cluster = await startEtcdCluster();
    scenario = await startScenario({
      clusters: { web: 6 },
      rebootMs: 400,
      store: { etcd: { endpoints: [...cluster.endpoints] } },
    });
    try {
      scenario.start();
      await scenario.untilHosts(scenario.hosts('web'), 'active');
      await beginRestart(scenario);

      const first = await cluster.leader();
      await cluster.kill(first);
      await untilDown(scenario, 4);
      cluster.restart(first);
      const second = await eventually(() => cluster.leader());
      await cluster.kill(second);

      await expectRestartedOnce(scenario);
      expect(scenario.daemon.log()).not.toMatch(/no longer holds the fleet/);
    } finally {
      await scenario.stop();
      await cluster.stop();
    }
  });
});
