import { getEventListeners } from 'node:events';
import { readdirSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { KindLog } from '../../reconciler/kinds/context.ts';
import { startReconciler, type RunningReconciler } from '../../reconciler/main.ts';
import { startEtcd } from '../support/etcd.ts';
import type { TestEtcd } from '../support/etcd.ts';
import { eventually } from '../support/eventually.ts';
import { describeWith } from '../support/real-parts.ts';
import { beginRestart, expectRestartedOnce } from '../support/rolling-restart.ts';
import { startScenario } from '../support/scenario.ts';
import type { Scenario } from '../support/scenario.ts';
import { WarpClock } from '../support/warp-clock.ts';

/** Sessions in a row; by hand a longer run is `FAULTS_SESSIONS=200`. */
const SESSIONS = Number(process.env['FAULTS_SESSIONS'] ?? 20);
const LEASE_KEY = Buffer.from('/intendant/test/leases/daemon').toString('base64');
const TEN_MINUTES = 10 * 60_000;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

describeWith(['etcd'], 'the daemon and its etcd, over many sessions', () => {
  let etcd: TestEtcd;
  let scenario: Scenario;
  let clock: WarpClock;
  let running: RunningReconciler | undefined;
  let said: string[];
  const stop = new AbortController();

  beforeEach(async () => {
    clock = new WarpClock();
    said = [];
    etcd = await startEtcd();
    scenario = await startScenario({
      clusters: { web: 4 },
      rebootMs: 400,
      store: { etcd: { endpoints: [etcd.endpoint] } },
    });
    const note = (_: unknown, message: string): void => void said.push(message);
    const log: KindLog = { info: note, warn: note };
    const config = await scenario.config();
    running = await startReconciler(config, { log, clock, signal: stop.signal });
    await scenario.untilHosts(scenario.hosts('web'), 'active');
  });
  afterEach(async () => {
    await running?.stop();
    await scenario.stop();
    await etcd.stop();
  });

  function sessions(): number {
    return said.filter((message) => message === 'this is the daemon of the fleet').length;
  }

  it('goes on by itself after etcd was away for ten minutes in the middle of a rolling restart', async () => {
    await beginRestart(scenario);

    await etcd.kill();
    await clock.advance(TEN_MINUTES);
    const during = (await scenario.events('started')).length;
    await etcd.restart();

    expect(during).toBeLessThan(4);
    expect(said.filter((message) => message.startsWith('the daemon stops acting'))).toHaveLength(1);
    // Said when it began and every five minutes after, not every time that it is tried.
    const away = said.filter((message) => message.startsWith('the store does not answer')).length;
    expect(away).toBeGreaterThanOrEqual(2);
    expect(away).toBeLessThanOrEqual(4);
    await expectRestartedOnce(scenario);
    expect(sessions()).toBe(2);
  }, 120_000);

  it('leaves nothing behind of a session that has ended', async () => {
    const handles: number[] = [];
    const files: number[] = [];
    const heap: number[] = [];
    for (let n = 1; n <= SESSIONS; n += 1) {
      await etcd.gateway('kv/deleterange', { key: LEASE_KEY });
      // To the next renewal, which finds out, and past the pause before the lease is taken anew.
      await eventually(
        async () => {
          await clock.advance(4000, { stepMs: 1000, realMs: 20 });
          return sessions() > n;
        },
        { timeoutMs: 30_000 },
      );
      collectGarbage();
      handles.push(process.getActiveResourcesInfo().filter((kind) => kind !== 'Timeout').length);
      files.push(readdirSync('/proc/self/fd').length);
      heap.push(process.memoryUsage().heapUsed);
    }

    const late = Math.floor(SESSIONS / 2);
    // A look may fall into the middle of what the new session begins; what stays for good raises the least of all looks. The
    // first ones load what is loaded once.
    const grown = (figures: number[]): number => Math.min(...figures.slice(late)) - Math.min(...figures.slice(2, late));
    expect(grown(handles)).toBeLessThanOrEqual(4);
    expect(grown(files)).toBeLessThanOrEqual(4);
    expect(grown(heap)).toBeLessThan(8 * 1024 * 1024);
    expect(getEventListeners(stop.signal, 'abort').length).toBeLessThan(5);
  }, 120_000);
});
