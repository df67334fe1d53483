import type { Hono } from 'hono';
import { controllerRegistry } from '../../../reconciler/kinds/registry.ts';
import { apiV0 } from '../../../reconciler/view/api-v0/routes.ts';
import { apiV1 } from '../../../reconciler/view/api-v1/routes.ts';
import { dashboard } from '../../../reconciler/view/dashboard/dashboard.tsx';
import { EventLog } from '../../../reconciler/view/events/event-log.ts';
import { events } from '../../../reconciler/view/events/events.ts';
import { viewApp } from '../../../reconciler/view/http/app.ts';
import type { ViewContext, ViewEnv } from '../../../reconciler/view/http/context.ts';
import { metrics } from '../../../reconciler/view/metrics/metrics-routes.ts';
import { Metrics } from '../../../reconciler/view/metrics/metrics.ts';
import { documentOf } from '../../support/inventory.ts';
import { hostStatus, operationStatus, revisionRecord } from '../../support/statuses.ts';
import { ViewWorld } from '../../support/view-world.ts';

/** The whole view as the daemon has it, over a small fleet; open to whoever asks, as on loopback. */
export async function viewOfSmallFleet(): Promise<{ app: Hono<ViewEnv>; context: ViewContext }> {
  const world = await ViewWorld.start();
  const { context } = world;
  world.commit({
    'fleet.yaml': documentOf('Fleet', 'prod', {}),
    'web.yaml': documentOf('Cluster', 'web', {}),
    'web-1.yaml': documentOf('Host', 'web-1', { address: '10.0.0.1', cluster: 'web' }, { rack: 'a' }),
    'net.yaml': documentOf('Network', 'overlay', { type: 'flannel_etcd' }),
    'op.yaml': documentOf('Operation', 'restart-web', { type: 'restart', target: { cluster: 'web' } }),
  });
  await world.write([['revision', revisionRecord()]]);
  const log = new EventLog({ clock: context.clock });
  log.attach(context.cache);
  await world.put(
    hostStatus('web-1', 'active', 'web'),
    hostStatus('web-2', 'failed', 'web'),
    operationStatus('restart-web', 'Running', 1, 3),
  );
  const gathered = new Metrics({ kinds: [...controllerRegistry().keys()], version: '0', ofProcess: false });
  const parts = {
    apiV0: apiV0(context),
    apiV1: apiV1(context),
    events: events(context, log),
    metrics: metrics(context, gathered),
    dashboard: dashboard(context),
  };
  return { app: viewApp(context, { parts }), context };
}

const PATHS = [
  '/',
  '/healthz',
  '/readyz',
  '/metrics',
  '/sign-in',
  '/hook/abc',
  ...[
    'clusters',
    'cluster/web',
    'cluster/web/hosts',
    'cluster/web/hosts/10.0.0.1',
    'hosts',
    'host/10.0.0.1',
    'networks',
  ].map((path) => `/api/v0/${path}`),
  ...[
    'cluster/web/restart',
    'host/10.0.0.1/status',
    'host/10.0.0.1/creds',
    'network/overlay',
    'containermanagers/',
  ].map((path) => `/api/v0/${path}`),
  ...[
    'resources',
    'hosts',
    'hosts/web-1',
    'operations/restart-web',
    'operations/restart-web/journal',
    'plan',
    'fleet',
  ].map((path) => `/api/v1/${path}`),
  ...['openapi.json', 'diagnostics', 'revisions', 'hosts/web-1/history', 'events'].map((path) => `/api/v1/${path}`),
  ...['hosts/web-1', 'clusters/web', 'operations/restart-web', 'plan', 'revisions', 'diagnostics'].map(
    (path) => `/${path}`,
  ),
];
const NAMES = [
  ...['kind', 'selector', 'field', 'limit', 'cursor', 'ref', 'follow', 'for', 'type', 'since', 'before', 'after'],
  ...['details', 'to', 'theme', '__proto__', 'a[b]'],
];
const VALUES = [
  ...['Host', 'Host/web-1', 'rack=a', 'rack in (a,b)', '!rack', 'status.status=active', '0', '1', '-1', '500', '1e9'],
  ...['main', '../../etc/passwd', 'refs/heads/x', '%00', '%ff', 'false', '11-0-Host/web-1', '99999999999999999999', ''],
  ...['%F0%9F%98%80', 'x'.repeat(3000), '<script>', '"', '%0d%0aSet-Cookie:a=b', 'a,b,,c', '[object Object]'],
];
const HEADERS = [
  ...[
    'Accept: text/html',
    'Accept: application/json;q=x',
    'If-None-Match: "a", W/"b", *',
    'Last-Event-ID: 1-0-Host/web-1',
  ],
  ...['Authorization: Basic !!!', 'Authorization: Bearer a.b.c', 'Cookie: a=b; =; ;;', 'Range: bytes=0-', 'Host: [::1'],
  ...[
    'Content-Length: 5',
    'X-Hub-Signature-256: sha256=zz',
    'X-Gitlab-Token: a',
    'X-Forwarded-For: ,,1.2.3.4',
    'Accept-Encoding: gzip',
  ],
  ...['If-Modified-Since: never', 'Content-Type: application/json', 'Expect: 200-maybe', 'Upgrade: h2c'],
];

/** Something like a request: a first line `METHOD PATH`, header lines, an empty line and a body. */
export function requestText(random: () => number, crlf: string): string {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
  const some = <T>(from: readonly T[], most: number): T[] =>
    Array.from({ length: Math.floor(random() * (most + 1)) }, () => pick(from));
  const method =
    random() < 0.8 ? 'GET' : pick(['HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE', 'PROPFIND']);
  const query = some(NAMES, 4).map((name) => `${name}=${pick(VALUES)}`);
  const path = `${pick(PATHS)}${random() < 0.1 ? pick(['/', '//', '/..', '/%2e%2e', '/%', ';x']) : ''}`;
  const line = `${method} ${path}${query.length > 0 ? `?${query.join('&')}` : ''}`;
  const body = method === 'POST' ? pick(['{}', '{"ref":"refs/heads/main"}', '[', 'payload=%7b%7d', '']) : '';
  return [line, ...some(HEADERS, 3), '', body].join(crlf);
}
