import type { Hono } from 'hono';
import type { ObjectStatus } from '../../reconciler/model/status.ts';
import { keys } from '../../reconciler/store/keys.ts';
import { apiV0 } from '../../reconciler/view/api-v0/routes.ts';
import { apiV1 } from '../../reconciler/view/api-v1/routes.ts';
import type { ViewEnv } from '../../reconciler/view/http/context.ts';
import { documentOf } from '../support/inventory.ts';
import { hostStatus } from '../support/statuses.ts';
import { ViewWorld } from '../support/view-world.ts';
import { figure, median, timed, type BenchPart, type Figure } from './figure.ts';

const HOSTS = 10_000;
const ROUNDS = 9;

/** Lists of 10,000 hosts, asked for in process; the yardstick is to turn the same answer into JSON once. Milliseconds. */
export const restLists: BenchPart = {
  names: [
    'rest-v0-hosts',
    'rest-v1-hosts',
    'rest-v1-hosts-first',
    'rest-v1-page',
    'rest-v1-selected',
    'rest-v1-unchanged',
  ],

  async run() {
    const world = await ViewWorld.start();
    try {
      await fill(world);
      return await measure(world.app({ '/api/v0': apiV0, '/api/v1': apiV1 }));
    } finally {
      await world.stop();
    }
  },
};

async function fill(world: ViewWorld): Promise<void> {
  const names = Array.from({ length: HOSTS }, (_, at) => `host-${String(at).padStart(5, '0')}`);
  const files: Record<string, string> = { 'web.yaml': documentOf('Cluster', 'web', {}) };
  for (let from = 0; from < HOSTS; from += 100) {
    files[`hosts-${from}.yaml`] = names
      .slice(from, from + 100)
      .map((name, at) =>
        documentOf('Host', name, { address: addressOf(from + at), cluster: 'web' }, { rack: String(at % 40) }),
      )
      .join('---\n');
  }
  world.commit(files);
  await world.write([
    [
      keys.heartbeat('web'),
      { format: 1, at: '2026-01-02T03:04:00.000Z', since: '2026-01-02T03:02:00.000Z', lastCheck: {} },
    ],
  ]);
  const statuses = names.map((name): ObjectStatus => hostStatus(name, 'active', 'web'));
  await world.put(...statuses);
}

function addressOf(at: number): string {
  return `10.${at >> 16}.${(at >> 8) & 255}.${at & 255}`;
}

async function measure(app: Hono<ViewEnv>): Promise<Figure[]> {
  const first = await timed(() => allPages(app));
  const tag = (await app.request('/api/v1/hosts')).headers.get('etag')!;
  const v0 = await often(() => read(app, '/api/v0/hosts'));
  const v1 = await often(() => allPages(app));
  const page = await often(() => read(app, '/api/v1/hosts'));
  const selected = await often(() => read(app, '/api/v1/hosts?selector=rack+in+(3,4)&field=conditions.Ready=True'));
  const unchanged = await often(() => read(app, '/api/v1/hosts', { 'if-none-match': tag }));
  const bodyV0 = JSON.parse(await read(app, '/api/v0/hosts')) as unknown;
  const bodiesV1 = (await allPages(app)).map((text) => JSON.parse(text) as unknown);
  const yardstickV0 = await often(() => JSON.stringify(bodyV0));
  const yardstickV1 = await often(() => bodiesV1.map((body) => JSON.stringify(body)));
  return [
    figure('rest-v0-hosts', v0, 'ms', yardstickV0),
    figure('rest-v1-hosts', v1, 'ms', yardstickV1),
    figure('rest-v1-hosts-first', first.ms, 'ms', yardstickV1),
    figure('rest-v1-page', page, 'ms'),
    figure('rest-v1-selected', selected, 'ms'),
    figure('rest-v1-unchanged', unchanged, 'ms'),
  ];
}

async function often(action: () => unknown): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) times.push((await timed(async () => action())).ms);
  return median(times);
}

/** Every page of the hosts, as a client walks along them. */
async function allPages(app: Hono<ViewEnv>): Promise<string[]> {
  const pages: string[] = [];
  for (let path: string | undefined = '/api/v1/hosts'; path !== undefined;) {
    const answer = await app.request(path);
    pages.push(await answer.text());
    path = /^<([^>]+)>/.exec(answer.headers.get('link') ?? '')?.[1];
  }
  return pages;
}

async function read(app: Hono<ViewEnv>, path: string, headers: Record<string, string> = {}): Promise<string> {
  return (await app.request(path, { headers })).text();
}
