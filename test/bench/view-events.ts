import { createServer, type AddressInfo } from 'node:net';
import { get, type IncomingMessage } from 'node:http';
import { eventually } from '../support/eventually.ts';
import { restartDocument } from '../support/documents.ts';
import { startScenario } from '../support/scenario.ts';
import { figure, type BenchPart, type Figure } from './figure.ts';
import { cpuSeconds, residentMiB } from './process-usage.ts';

const HOSTS = 100;
const CLIENTS = 100;
const AT_ONCE = 10;
const OPERATION = 'restart-web';

/**
 * A rolling restart of 100 simulated hosts, ten at a time, by the built daemon, while 100 clients follow every event: how late the
 * events come (99 of 100 at most, from the moment in which the view saw the change), processor time of the daemon meanwhile, and its
 * memory at the end. Yardstick: the same restart followed by nobody.
 */
export const viewEvents: BenchPart = {
  names: ['view-events-100', 'view-events-cpu', 'view-events-rss'],

  async run(): Promise<Figure[]> {
    const alone = await restart(0);
    const followed = await restart(CLIENTS);
    return [
      figure('view-events-100', followed.lateMs, 'ms'),
      figure('view-events-cpu', followed.cpu, 's', alone.cpu),
      figure('view-events-rss', followed.rss, 'MiB', alone.rss),
    ];
  },
};

async function restart(clients: number): Promise<{ lateMs: number; cpu: number; rss: number }> {
  const port = await freePort();
  const scenario = await startScenario({
    clusters: { web: HOSTS },
    rebootMs: 200,
    fleetSpec: { checks: { interval: '60s' } },
    view: { listen: `127.0.0.1:${port}` },
  });
  const readers: Reader[] = [];
  try {
    const { pid } = scenario.start();
    await scenario.untilHosts(scenario.hosts('web'), 'active', 120_000);
    const url = `http://127.0.0.1:${port}/api/v1/events`;
    for (let index = 0; index < clients; index += 1) readers.push(await follow(url));
    const before = cpuSeconds(pid);
    const rollout = { batches: AT_ONCE, maxUnavailable: AT_ONCE };
    await scenario.repo.push({ 'restart.yaml': restartDocument(OPERATION, 'web', { rollout }) }, 'restart');
    await scenario.untilPhase(OPERATION, ['Succeeded', 'Failed'], 300_000);
    const cpu = cpuSeconds(pid) - before;
    const rss = residentMiB(pid);
    await eventually(() => readers.every(({ ended }) => ended), { timeoutMs: 30_000 });
    const counts = new Set(readers.map(({ late }) => late.length));
    if (counts.size > 1) throw new Error(`clients have seen ${[...counts].join(', ')} events`);
    const late = readers.flatMap((reader) => reader.late).sort((a, b) => a - b);
    return { lateMs: late[Math.floor(late.length * 0.99)] ?? Number.NaN, cpu, rss };
  } finally {
    for (const { response } of readers) response.destroy();
    await scenario.stop();
  }
}

interface Reader {
  response: IncomingMessage;
  /** By how many milliseconds each event came later than the view saw what it tells. */
  late: number[];
  /** The operation was told to have succeeded. */
  ended: boolean;
}

async function follow(url: string): Promise<Reader> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => get(url, resolve).on('error', reject));
  const reader: Reader = { response, late: [], ended: false };
  let rest = '';
  response.on('error', () => undefined);
  response.setEncoding('utf8').on('data', (chunk: string) => {
    const now = Date.now();
    const blocks = (rest + chunk).split('\n\n');
    rest = blocks.pop()!;
    for (const block of blocks) {
      const data = /^data: (.*)$/m.exec(block)?.[1];
      if (data === undefined || reader.ended) continue;
      const { time, type, key, of, to } = JSON.parse(data) as Record<string, string | undefined>;
      // A transition has the time at which it came about, long before the view saw it.
      if (type !== 'transition' || of === 'status') reader.late.push(now - Date.parse(time!));
      reader.ended = key === `Operation/${OPERATION}` && of === 'status' && to === 'Succeeded';
    }
  });
  return reader;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
