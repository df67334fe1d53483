import type { HostEvent } from '../../reconciler/demo/record.ts';
import { restartDocument } from '../support/documents.ts';
import { startScenario } from '../support/scenario.ts';
import { figure, type BenchPart, type Figure } from './figure.ts';

const HOSTS = 100;
const REBOOT_MS = 50;
const OPERATION = 'restart-web';

/**
 * A rolling restart of 100 simulated hosts, one at a time, each rebooting in 50 ms, by the built daemon: time per host beyond the
 * reboot itself, which by the host's own record goes from the start of the step that asks for it (and lets its answer get
 * through first) until the host is up again.
 */
export const rolloutOverhead: BenchPart = {
  names: ['rollout-overhead'],

  async run(): Promise<Figure[]> {
    const scenario = await startScenario({
      clusters: { web: HOSTS },
      rebootMs: REBOOT_MS,
      fleetSpec: { checks: { interval: '60s' } },
    });
    try {
      scenario.start();
      await scenario.untilHosts(scenario.hosts('web'), 'active', 120_000);
      const rollout = { batches: 1, maxUnavailable: 1 };
      await scenario.repo.push({ 'restart.yaml': restartDocument(OPERATION, 'web', { rollout }) }, 'restart');
      await scenario.untilPhase(OPERATION, ['Succeeded', 'Failed'], 600_000);
      const events = await scenario.fleet.records();
      const started = events.filter(({ event, step }) => event === 'started' && step?.startsWith(`${OPERATION}.`));
      const boots = started.map((start) => bootAfter(events, start));
      if (started.length !== HOSTS) throw new Error(`${started.length} hosts were restarted, not ${HOSTS}`);
      const rebooting = started.reduce((sum, start, index) => sum + boots[index]! - start.at, 0);
      // From one host's start to the next one's, so that what begins and ends the operation does not count.
      const whole = started.at(-1)!.at - started[0]!.at;
      const last = boots.at(-1)! - started.at(-1)!.at;
      return [figure('rollout-overhead', (whole - (rebooting - last)) / (HOSTS - 1), 'ms/host')];
    } finally {
      await scenario.stop();
    }
  },
};

function bootAfter(events: readonly HostEvent[], start: HostEvent): number {
  return events.find(({ event, host, at }) => event === 'boot' && host === start.host && at >= start.at)!.at;
}
