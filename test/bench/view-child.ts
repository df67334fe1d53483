import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { systemClock } from '../../reconciler/model/clock.ts';
import { apiV0 } from '../../reconciler/view/api-v0/routes.ts';
import { apiV1 } from '../../reconciler/view/api-v1/routes.ts';
import { dashboard } from '../../reconciler/view/dashboard/dashboard.tsx';
import { viewApp } from '../../reconciler/view/http/app.ts';
import { serveView } from '../../reconciler/view/http/server.ts';
import { documentOf } from '../support/inventory.ts';
import { silentLog } from '../support/silent-log.ts';
import { hostStatus } from '../support/statuses.ts';
import { ViewWorld } from '../support/view-world.ts';

/*
 * The view of so many hosts (first argument) in a process of its own, and beside it a plain server that gives out the same bytes,
 * made before. Says as a line of JSON where they listen and which pages there are. For each line on standard input one host
 * changes, so that nothing of an answer can be kept from the one before; says `changed`.
 */
const count = Number(process.argv[2]);
const PATHS = ['/api/v0/hosts', '/api/v1/hosts'];
const say = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`);

const world = await ViewWorld.start();
const names = Array.from({ length: count }, (_, index) => `host-${index}`);
const files = names.map((name, index) => {
  const address = `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`;
  return [`hosts/${name}.yaml`, documentOf('Host', name, { address, cluster: 'web' }, { rack: `r${index % 40}` })];
});
world.commit({
  'fleet.yaml': documentOf('Fleet', 'prod', {}),
  'web.yaml': documentOf('Cluster', 'web', {}),
  ...(Object.fromEntries(files) as Record<string, string>),
});
await world.put(...names.map((name) => hostStatus(name, 'active', 'web')));

const { context } = world;
const parts = { apiV0: apiV0(context), apiV1: apiV1(context), dashboard: dashboard(context) };
const app = viewApp(context, { parts });
const server = await serveView({ app, address: '127.0.0.1', port: 0, clock: systemClock, log: silentLog });

/** Every page of each list, made once. */
const made = new Map<string, Buffer>();
for (const first of PATHS) {
  for (let path: string | undefined = first; path !== undefined;) {
    const bytes = Buffer.from(await (await app.request(path)).arrayBuffer());
    made.set(path, bytes);
    const { next } = JSON.parse(bytes.toString()) as { next?: string };
    path = next === undefined ? undefined : `${first}?cursor=${encodeURIComponent(next)}`;
  }
}
const plain = createServer((request, response) => {
  response.writeHead(200, { 'content-type': 'application/json' }).end(made.get(request.url ?? ''));
});
await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
const yardstick = `http://127.0.0.1:${(plain.address() as AddressInfo).port}`;

let changes = 0;
for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'start') {
    say({
      url: server.url,
      yardstick,
      pages: PATHS.map((first) => [...made.keys()].filter((path) => path.startsWith(first))),
    });
    continue;
  }
  changes += 1;
  await world.put(hostStatus(`host-${changes % count}`, changes % 2 === 0 ? 'active' : 'failed', 'web'));
  say('changed');
}
plain.closeAllConnections();
plain.close();
await server.close();
await world.stop();
