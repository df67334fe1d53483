import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { parse, stringify } from 'yaml';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startEtcd } from '../support/etcd.ts';
import type { TestEtcd } from '../support/etcd.ts';
import { describeWith } from '../support/real-parts.ts';
import { beginRestart, expectRestartedOnce, untilDown } from '../support/rolling-restart.ts';
import { startScenario } from '../support/scenario.ts';
import type { Scenario } from '../support/scenario.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import type { TcpProxy } from '../support/tcp-proxy.ts';

/** How long a partition lasts: long enough for a call to be given up. */
const PARTITION_MS = 6000;

describeWith(['etcd'], 'a partition in the middle of a rolling restart', () => {
  let etcd: TestEtcd;
  let scenario: Scenario;
  let toEtcd: TcpProxy;
  const toHosts: TcpProxy[] = [];

  beforeEach(async () => {
    etcd = await startEtcd();
    toEtcd = await startTcpProxy(Number(new URL(etcd.endpoint).port));
    scenario = await startScenario({
      clusters: { web: 6 },
      rebootMs: 400,
      store: { etcd: { endpoints: [`http://127.0.0.1:${toEtcd.port}`] } },
    });
  });
  afterEach(async () => {
    await scenario.stop();
    await Promise.all([toEtcd, ...toHosts.splice(0)].map((proxy) => proxy.close()));
    await etcd.stop();
  });

  async function start(): Promise<void> {
    scenario.start();
    await scenario.untilHosts(scenario.hosts('web'), 'active');
  }

  /** Puts a proxy between the daemon and each host. */
  async function partitionable(): Promise<void> {
    const config = parse(readFileSync(scenario.configPath, 'utf8')) as { ssh: { dialMap: Record<string, string> } };
    for (const [address, real] of Object.entries(config.ssh.dialMap)) {
      const proxy = await startTcpProxy(Number(real.split(':')[1]));
      toHosts.push(proxy);
      config.ssh.dialMap[address] = `127.0.0.1:${proxy.port}`;
    }
    writeFileSync(scenario.configPath, stringify(config));
  }

  it.each(['requests', 'answers', 'both'] as const)(
    'between the daemon and etcd (%s): the operation goes on by itself, each host once',
    async (direction) => {
      await start();
      await beginRestart(scenario);

      toEtcd.block(direction);
      await delay(PARTITION_MS);
      toEtcd.unblock();

      await expectRestartedOnce(scenario);
    },
  );

  it('cuts every connection to etcd, again and again, while the store is compacted: each host once', async () => {
    await start();
    await beginRestart(scenario, 1);

    for (const down of [2, 3, 4, 5]) {
      await untilDown(scenario, down);
      await etcd.compact();
      toEtcd.reset();
    }

    await expectRestartedOnce(scenario);
  });

  it('outlasts the watch, whose revision is compacted meanwhile: what was changed by hand is seen', async () => {
    await start();
    const halt = { format: 1, who: 'jo', why: 'a test', since: new Date().toISOString() };

    toEtcd.block();
    await etcd.gateway('kv/put', {
      key: Buffer.from('/intendant/test/halt').toString('base64'),
      value: Buffer.from(JSON.stringify(halt)).toString('base64'),
    });
    await etcd.compact();
    toEtcd.reset();
    toEtcd.unblock();

    await scenario.daemon.waitFor(/halted: no step begins/, 60_000);
    expect(await scenario.events('down')).toHaveLength(0);
  });

  it('between the daemon and all hosts: nothing new begins, and it goes on by itself when they answer', async () => {
    await partitionable();
    await start();
    await beginRestart(scenario);

    for (const proxy of toHosts) proxy.block();
    const before = (await scenario.events('started')).length;
    await delay(PARTITION_MS);
    const during = (await scenario.events('started')).length;
    for (const proxy of toHosts) proxy.unblock();

    expect(during - before).toBeLessThanOrEqual(1);
    await expectRestartedOnce(scenario);
  });
});
