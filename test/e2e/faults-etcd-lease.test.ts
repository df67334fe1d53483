import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startDaemon } from '../support/cli.ts';
import { startEtcd } from '../support/etcd.ts';
import type { TestEtcd } from '../support/etcd.ts';
import { eventually } from '../support/eventually.ts';
import { describeWith } from '../support/real-parts.ts';
import { beginRestart, expectRestartedOnce, untilDown } from '../support/rolling-restart.ts';
import { startScenario } from '../support/scenario.ts';
import type { Scenario } from '../support/scenario.ts';

describeWith(['etcd'], 'the lease of a fleet in etcd', () => {
  let etcd: TestEtcd;
  let scenario: Scenario;

  beforeEach(async () => {
    etcd = await startEtcd();
    scenario = await startScenario({
      clusters: { web: 5 },
      rebootMs: 500,
      store: { etcd: { endpoints: [etcd.endpoint] } },
    });
    scenario.start();
    await scenario.untilHosts(scenario.hosts('web'), 'active');
  });
  afterEach(async () => {
    await scenario.stop();
    await etcd.stop();
  });

  /** A second daemon of the same fleet, with a state folder of its own. */
  function secondConfig(): string {
    const config = parse(readFileSync(scenario.configPath, 'utf8')) as Record<string, unknown>;
    const path = join(scenario.folder, 'second.yaml');
    writeFileSync(path, stringify({ ...config, state: join(scenario.folder, 'second') }));
    return path;
  }

  it('is removed by hand in the middle of a rolling restart: the session ends at its next write, a new one completes', async () => {
    await beginRestart(scenario);

    await etcd.gateway('kv/deleterange', { key: Buffer.from('/intendant/test/leases/daemon').toString('base64') });
    const removedAt = Date.now();
    await scenario.daemon.waitFor(/no longer holds the fleet/);
    const endedAt = scenario.daemon.saidAt(/no longer holds the fleet/);
    const startedByTheOld = (await scenario.events('started')).filter(({ at }) => at > removedAt && at < endedAt);

    // The intent of one more step may have been durable a moment before.
    expect(startedByTheOld.length).toBeLessThanOrEqual(1);
    await expectRestartedOnce(scenario);
    expect(scenario.daemon.log().match(/this is the daemon of the fleet/g)).toHaveLength(2);
  });

  it('runs out at etcd in the middle of a rolling restart: a new session re-attaches and completes', async () => {
    await beginRestart(scenario);
    const key = Buffer.from('/intendant/test/leases/daemon').toString('base64');
    const { kvs } = (await etcd.gateway('kv/range', { key })) as { kvs: [{ lease: string }] };

    await etcd.gateway('lease/revoke', { ID: kvs[0].lease });
    await scenario.daemon.waitFor(/no longer holds the fleet/);

    await expectRestartedOnce(scenario);
  });

  it('keeps a second daemon from every host until the first is killed, and then it takes over', async () => {
    const second = startDaemon(secondConfig());
    try {
      await second.waitFor(/waiting: another daemon holds the fleet/);
      await beginRestart(scenario);
      expect(second.log()).not.toMatch(/this is the daemon of the fleet/);

      await scenario.daemon.kill('SIGKILL');
      const killedAt = Date.now();
      const before = await scenario.events('login');
      await second.waitFor(/this is the daemon of the fleet/, 60_000);
      const tookOverAt = second.saidAt(/this is the daemon of the fleet/);
      await untilDown(scenario, 5);

      const between = (await scenario.events('login')).slice(before.length).filter(({ at }) => at < tookOverAt);
      expect(between).toEqual([]);
      // Not before the lease of the dead one has run out.
      expect(tookOverAt - killedAt).toBeGreaterThan(15_000);
      await expectRestartedOnce(scenario);
      await eventually(async () => (await scenario.repo.status('operations/restart-web.yaml'))?.status === 'Succeeded');
    } finally {
      await second.kill();
    }
  });
});
