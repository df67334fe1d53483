import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { SimulatedFleet } from '../../reconciler/demo/fleet.ts';
import type { HostEvent } from '../../reconciler/demo/record.ts';
import { openStore } from '../../reconciler/store/open-store.ts';
import { startDaemon } from '../support/cli.ts';
import type { Daemon } from '../support/cli.ts';
import { expectOnce, startCrashDaemon } from '../support/crash.ts';
import type { CrashPlan } from '../support/crashing-store.ts';
import { restartDocument } from '../support/documents.ts';
import { startEtcd } from '../support/etcd.ts';
import type { TestEtcd } from '../support/etcd.ts';
import { eventually } from '../support/eventually.ts';
import { describeWith } from '../support/real-parts.ts';
import { startScenario } from '../support/scenario.ts';
import type { Scenario } from '../support/scenario.ts';

describeWith(['git', 'etcd'], 'a daemon that is frozen past its lease, and another that takes over', () => {
  let etcd: TestEtcd;
  let scenario: Scenario;
  let second: Daemon | undefined;

  beforeEach(async () => {
    etcd = await startEtcd();
    scenario = await startScenario({ clusters: { web: 2 }, store: { etcd: { endpoints: [etcd.endpoint] } } });
  });

  afterEach(async () => {
    for (const pid of [second?.pid, scenario.daemon.pid]) if (pid !== undefined) signal(pid, 'SIGCONT');
    await second?.kill('SIGKILL');
    await scenario.stop();
    await etcd.stop();
  });

  it('does nothing to a host when it wakes, though it was about to, says so, and stands by', async () => {
    const { repo, fleet } = scenario;
    // Frozen between the durable intent and the act: the first thing it would do when it wakes is to reboot web-1.
    const plan: CrashPlan = {
      keys: '^journal/restart-web/web-1/.*-reboot$',
      state: 'intent',
      when: 'after',
      signal: 'SIGSTOP',
    };
    const first = scenario.start((config) => startCrashDaemon(config, plan));
    await scenario.untilHosts(scenario.hosts('web'), 'active');
    const before = (await fleet.records()).length;
    const restart = restartDocument('restart-web', 'web', { rollout: { batches: 1 } });
    await repo.push({ 'operations/restart-web.yaml': restart }, 'restart');
    await untilFrozen(first);
    expect(await scenario.events('started')).toEqual([]);

    second = startDaemon(configOfAnother(scenario.configPath));
    const done = await scenario.untilPhase('restart-web', ['Succeeded', 'Failed'], 120_000);
    // The second stands still for a moment, with its lease: whatever happens to the hosts now, the first has done it.
    signal(second.pid, 'SIGSTOP');
    await untilFrozen(second);
    const acted = await untilQuiet(fleet);
    const known = await journal();
    const tip = await repo.git('rev-parse', repo.statusBranch);
    signal(first.pid, 'SIGCONT');
    await first.waitFor(/"code":"LEASE_LOST"|no longer holds the fleet/, 60_000);
    await first.waitFor(/the daemon stops acting and tries to take the lease of the fleet anew/, 60_000);
    await first.waitFor(/waiting: another daemon holds the fleet/, 60_000);

    expect(done.status).toBe('Succeeded');
    expectOnce('restart', 'restart-web', scenario.hosts('web'), acted.slice(before));
    expect((await fleet.records()).slice(acted.length)).toEqual([]);
    expect(await journal()).toEqual(known);
    expect(await repo.git('rev-parse', repo.statusBranch)).toBe(tip);
    expect(first.log().match(/this is the daemon of the fleet/g)).toHaveLength(1);

    // It is a standby like any other: when the second goes, it is the daemon again, and has nothing left to do.
    signal(second.pid, 'SIGCONT');
    await second.kill('SIGTERM');
    await eventually(() => first.log().match(/this is the daemon of the fleet/g)?.length === 2, { timeoutMs: 45_000 });
    await scenario.untilHosts(scenario.hosts('web'), 'active');
    expect((await scenario.events('started')).length).toBe(2);
  });

  async function journal(): Promise<unknown[]> {
    const settings = { type: 'etcd' as const, endpoints: [etcd.endpoint] };
    const store = await openStore({ fleet: 'test', state: scenario.folder, store: settings }, { asReader: true });
    const { entries } = await store.list('journal/');
    await store.close();
    return entries;
  }
});

/** The configuration of a daemon on another machine: the same but for the state folder. */
function configOfAnother(configPath: string): string {
  const text = readFileSync(configPath, 'utf8');
  const path = join(dirname(configPath), 'another.yaml');
  writeFileSync(path, text.replace(/^state: (.*)$/m, 'state: $1-of-another'));
  return path;
}

/** The hosts' record, once what was under way on the wire has arrived. */
async function untilQuiet(fleet: SimulatedFleet): Promise<HostEvent[]> {
  let before = -1;
  return eventually(
    async () => {
      const record = await fleet.records();
      const quiet = record.length === before;
      before = record.length;
      return quiet && record;
    },
    { everyMs: 300 },
  );
}

async function untilFrozen({ pid, log }: Daemon): Promise<void> {
  await eventually(
    () => {
      if (/^State:\s+T/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))) return true;
      throw new Error(`process ${pid} runs: ${log().slice(-3000)}`);
    },
    { timeoutMs: 60_000 },
  );
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as { code?: string }).code !== 'ESRCH') throw error;
  }
}
