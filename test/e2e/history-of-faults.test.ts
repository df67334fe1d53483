import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startDaemon } from '../support/cli.ts';
import type { Daemon } from '../support/cli.ts';
import { expectOnce } from '../support/crash.ts';
import { restartDocument } from '../support/documents.ts';
import { startEtcd } from '../support/etcd.ts';
import type { TestEtcd } from '../support/etcd.ts';
import { recordedHistory } from '../support/etcd-history.ts';
import { eventually } from '../support/eventually.ts';
import { checkHistory } from '../support/history.ts';
import type { HistoryEvent } from '../support/history.ts';
import { describeWith } from '../support/real-parts.ts';
import { startScenario } from '../support/scenario.ts';
import type { Scenario } from '../support/scenario.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import type { TcpProxy } from '../support/tcp-proxy.ts';

type Taken = Extract<HistoryEvent, { type: 'lease-taken' }>;
type Claimed = Extract<HistoryEvent, { type: 'claim-taken' }>;

const HOSTS = 12;
const ACTS = /this is the daemon of the fleet/g;

describeWith(['git', 'etcd'], 'two daemons on one etcd, killed, cut off and frozen in the middle of operations', () => {
  let etcd: TestEtcd;
  let proxies: TcpProxy[];
  let scenario: Scenario;
  let second: Daemon;

  beforeEach(async () => {
    etcd = await startEtcd();
    const port = Number(new URL(etcd.endpoint).port);
    proxies = [await startTcpProxy(port), await startTcpProxy(port)];
    scenario = await startScenario({ clusters: { web: HOSTS }, rebootMs: 500, store: throughProxy(0) });
  });
  afterEach(async () => {
    process.kill(second.pid, 'SIGCONT');
    await second.kill('SIGKILL');
    await scenario.stop();
    for (const proxy of proxies) await proxy.close();
    await etcd.stop();
  });

  it('leave a legal history of leases, claims and writes in etcd', async () => {
    const { repo, fleet } = scenario;
    const hosts = scenario.hosts('web');
    scenario.start();
    await scenario.untilHosts(hosts, 'active');
    second = startDaemon(configOfSecond());
    await second.waitFor(/waiting: another daemon holds the fleet/);
    const before = (await fleet.records()).length;
    await repo.push({
      'operations/one.yaml': restartDocument('one', 'web', { rollout: { batches: 1 }, timeout: '3m' }),
      'operations/two.yaml': restartDocument('two', 'web', {
        type: 'run',
        script: '#!/bin/sh\nsleep 0.5\n',
        rollout: { batches: 2 },
        timeout: '3m',
      }),
    });

    // Killed, and it takes its own lease back; cut off from etcd, and the second takes over; the second frozen, and back.
    await untilStarted(2);
    await scenario.daemon.kill('SIGKILL');
    const first = scenario.start();
    await first.waitFor(ACTS);
    await untilStarted(5);
    proxies[0]!.block();
    await second.waitFor(ACTS, 60_000);
    proxies[0]!.unblock();
    await untilStarted(8);
    process.kill(second.pid, 'SIGSTOP');
    await eventually(() => (first.log().match(ACTS) ?? []).length === 2, { timeoutMs: 60_000 });
    process.kill(second.pid, 'SIGCONT');
    await second.waitFor(/tries to take the lease of the fleet anew/);

    for (const operation of ['one', 'two']) {
      const done = await scenario.untilPhase(operation, ['Succeeded', 'Failed'], 90_000);
      expect(done.status, JSON.stringify(done)).toBe('Succeeded');
    }
    const record = (await fleet.records()).slice(before);
    const ofTwo = record.filter(({ step }) => step === undefined || step.startsWith('two.'));
    expectOnce('restart', 'one', hosts, record);
    expect(ofTwo.filter(({ event }) => event === 'started')).toHaveLength(HOSTS);
    const history = await recordedHistory(etcd, 'test');
    const taken = history.filter((event): event is Taken => event.type === 'lease-taken');
    const claimed = history.filter((event): event is Claimed => event.type === 'claim-taken');
    expect(checkHistory(history)).toEqual([]);
    expect(taken.length).toBeGreaterThanOrEqual(4);
    expect(new Set(taken.map(({ holder }) => holder)).size).toBe(2);
    expect(claimed.map(({ owner, host }) => `${owner} ${host}`).sort()).toEqual(
      hosts.flatMap((host) => [`Operation/one ${host}`, `Operation/two ${host}`]).sort(),
    );

    // The same history with one thing in it that must not be is told from it.
    const [lost, next] = [taken.at(-2)!, taken.at(-1)!];
    const late: HistoryEvent = { ...lost, type: 'write', revision: next.revision, key: 'journal/one/web-1/late' };
    expect(checkHistory(insertAfter(history, next, late))).toEqual([
      expect.stringMatching(/was written under token \d+, which does not hold daemon/),
    ]);
    const claim = claimed.at(-1)!;
    expect(checkHistory(insertAfter(history, claim, { ...claim, owner: 'Operation/three' })).join()).toMatch(
      new RegExp(`Operation/three took ${claim.host} while ${claim.owner} held it`),
    );
    const early = history.filter((event) => event.type !== 'lease-ended');
    expect(checkHistory(early).join()).toMatch(/took daemon while/);
  });

  function throughProxy(index: number): object {
    return { etcd: { endpoints: [`http://127.0.0.1:${proxies[index]!.port}`] } };
  }

  function configOfSecond(): string {
    const config = parse(readFileSync(scenario.configPath, 'utf8')) as Record<string, unknown>;
    const path = join(scenario.folder, 'second.yaml');
    const state = join(scenario.folder, 'second');
    writeFileSync(path, stringify({ ...config, state, store: throughProxy(1) }));
    return path;
  }

  async function untilStarted(count: number): Promise<void> {
    await eventually(async () => (await scenario.events('started')).length >= count, { timeoutMs: 60_000 });
  }
});

function insertAfter(history: readonly HistoryEvent[], event: HistoryEvent, added: HistoryEvent): HistoryEvent[] {
  const at = history.indexOf(event) + 1;
  return [...history.slice(0, at), added, ...history.slice(at)];
}
