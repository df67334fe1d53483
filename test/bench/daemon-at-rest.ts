import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { socketPath } from '../../reconciler/view/socket-path.ts';
import { SocketView } from '../../reconciler/view/socket-view.ts';
import { eventually } from '../support/eventually.ts';
import { startScenario } from '../support/scenario.ts';
import { figure, type BenchPart, type Figure } from './figure.ts';
import { cpuSeconds, residentMiB } from './process-usage.ts';

const CLUSTERS = 10;
const HOSTS = 1000;
/** Two intervals: checks are spread over each of them. */
const WATCHED_MS = 120_000;
const never = new AbortController().signal;

/**
 * The daemon as built (`intendant run`) with 1,000 simulated hosts, all of them checked each minute: resident memory (MiB)
 * after all were seen, and the share of one processor (percent) that the checks take over two intervals.
 */
export const daemonAtRest: BenchPart = {
  names: ['rss', 'watch-1000'],

  async run(): Promise<Figure[]> {
    const clusters = Object.fromEntries(Array.from({ length: CLUSTERS }, (_, at) => [`c${at}`, HOSTS / CLUSTERS]));
    const scenario = await startScenario({
      clusters,
      fleetSpec: { status: {}, checks: { interval: '60s' }, retryInterval: '30s' },
      serve: async (bare) => ({ url: bare, options: { poll: '30s' }, stop: async () => undefined }),
    });
    try {
      const { pid } = scenario.start();
      const view = new SocketView(socketPath(join(scenario.folder, 'daemon', 'state')));
      await eventually(
        async () => (await view.list('Host', never)).filter(({ status }) => status === 'active').length === HOSTS,
        { timeoutMs: 300_000, everyMs: 1000 },
      );
      // The first status commit and what follows a start are not what is measured.
      await delay(10_000);
      const before = cpuSeconds(pid);
      const since = performance.now();
      await delay(WATCHED_MS);
      const share = ((cpuSeconds(pid) - before) / ((performance.now() - since) / 1000)) * 100;
      return [figure('rss', residentMiB(pid), 'MiB'), figure('watch-1000', share, '% CPU')];
    } finally {
      await scenario.stop();
    }
  },
};
