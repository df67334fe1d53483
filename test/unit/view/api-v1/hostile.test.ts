import fc from 'fast-check';
import type { Hono } from 'hono';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keys } from '../../../../reconciler/store/keys.ts';
import { apiV0 } from '../../../../reconciler/view/api-v0/routes.ts';
import { apiV1 } from '../../../../reconciler/view/api-v1/routes.ts';
import type { ViewEnv } from '../../../../reconciler/view/http/context.ts';
import { faultsOf } from '../../../support/api-answers.ts';
import { operationRecord } from '../../../support/held-host.ts';
import { documentOf } from '../../../support/inventory.ts';
import { hostStatus, operationStatus } from '../../../support/statuses.ts';
import { ViewWorld } from '../../../support/view-world.ts';

let world: ViewWorld;
let app: Hono<ViewEnv>;

beforeAll(async () => {
  world = await ViewWorld.start();
  world.commit({
    'all.yaml': [
      documentOf('Cluster', 'web', {}),
      documentOf('Host', 'web-1', { address: '10.0.0.1', cluster: 'web' }, { constructor: 'x' }),
    ].join('---\n'),
  });
  const brief = operationStatus('op', 'Running', 0, 1);
  await world.write([[keys.record('Operation/op'), operationRecord()]]);
  await world.put(hostStatus('web-1', 'active', 'web'), {
    ...brief,
    detail: { ...brief.detail, clusters: ['web'], beganAt: '2026-01-01T00:00:00.000Z', running: ['web-1'] },
  });
  app = world.app({ '/api/v0': apiV0, '/api/v1': apiV1 });
});
afterAll(() => world.stop());

const WORDS = [
  ...[
    'api',
    'v0',
    'v1',
    'hosts',
    'host',
    'cluster',
    'clusters',
    'operations',
    'resources',
    'plan',
    'revisions',
    'fleet',
  ],
  ...['journal', 'output', 'history', 'restart', 'deploy', 'status', 'creds', 'claims', 'diagnostics', 'openapi.json'],
  ...[
    'web',
    'web-1',
    'op',
    '10.0.0.1',
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    '',
    '.',
    '..',
    '*',
    ':name',
  ],
  ...[
    '%',
    '%zz',
    '%2F',
    '%2e%2e',
    '%00',
    '%0d%0a',
    '%ff',
    '%F0%9F%98%80',
    '%E2%80%AE',
    "'",
    '"',
    '<script>',
    '{',
    '(',
    '\\',
  ],
];
const NAMES = ['limit', 'cursor', 'selector', 'field', 'kind', 'ref', 'format', '__proto__', 'x', ''];
const VALUES = [
  ...[
    '1',
    '0',
    '-1',
    '1e9',
    '9'.repeat(400),
    'NaN',
    'Host',
    'Host,Cluster',
    'a=b',
    'a in (b',
    '((((',
    ')',
    ',,,',
    '!',
    '=',
    '!=',
  ],
  ...[
    'status.status=active',
    'status.__proto__.x=1',
    'conditions.Ready=True',
    'constructor=x',
    'key!=',
    '.=.',
    'a.b.c=d',
  ],
  ...[
    'W10',
    'WzEsMSwxXQ',
    Buffer.from('[1,"x","y"]').toString('base64url'),
    'eyJ9',
    '%',
    '\u0000',
    '\ud800',
    'main',
    '../..',
  ],
];

const piece = fc.oneof(
  { arbitrary: fc.constantFrom(...WORDS), weight: 6 },
  fc.string({ unit: 'binary', maxLength: 30 }),
);
/** Paths that are there, for hostile queries. */
const KNOWN = [
  ...[
    '/api/v1/hosts',
    '/api/v1/resources',
    '/api/v1/operations/op/journal',
    '/api/v1/hosts/web-1/history',
    '/api/v1/plan',
  ],
  ...['/api/v1/revisions', '/api/v1/fleet', '/api/v1/operations', '/api/v0/hosts', '/api/v0/cluster/web/restart/'],
];
const anyPath = fc
  .tuple(
    fc.constantFrom(
      '/api/v0/',
      '/api/v1/',
      '/api/v0/host/',
      '/api/v0/cluster/web/',
      '/api/v1/operations/',
      '/api/v1/hosts/',
    ),
    fc.array(piece, { maxLength: 5 }),
  )
  .map(([prefix, pieces]) => `${prefix}${pieces.join('/')}`);
const path = fc.oneof(anyPath, fc.constantFrom(...KNOWN));
const pair = fc.tuple(
  fc.oneof(fc.constantFrom(...NAMES), fc.string({ maxLength: 10 })),
  fc.oneof({ arbitrary: fc.constantFrom(...VALUES), weight: 4 }, fc.string({ unit: 'binary', maxLength: 40 })),
  fc.boolean(),
);
const query = fc
  .array(pair, { maxLength: 4 })
  .map((pairs) =>
    pairs
      .map(([name, value, raw]) => `${name}=${raw ? value : new URLSearchParams([['v', value]]).toString().slice(2)}`)
      .join('&'),
  );
const method = fc.constantFrom('GET', 'GET', 'GET', 'GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS');
const headers = fc.record(
  {
    accept: fc.constantFrom('*/*', 'text/plain', ';;q=,', 'a/b;q=x', ','.repeat(500)),
    'if-none-match': fc.constantFrom('*', 'W/"', '"a", "b"', '"'.repeat(999)),
  },
  { requiredKeys: [] },
);

/** Undefined: no HTTP server would let it through. */
function requestOf(target: string, init: RequestInit): Request | undefined {
  try {
    return new Request(`http://view${target}`, init);
  } catch {
    return undefined;
  }
}

describe('hostile requests', () => {
  it('are answered as the document says, and never with 500', async () => {
    const answered = new Map<number, number>();
    await fc.assert(
      fc.asyncProperty(path, query, method, headers, async (target, search, verb, fields) => {
        const request = requestOf(search === '' ? target : `${target}?${search}`, { method: verb, headers: fields });
        if (!request) return;
        const answer = await app.request(request);
        answered.set(answer.status, (answered.get(answer.status) ?? 0) + 1);

        expect(answer.status).toBeLessThan(500);
        const { pathname } = new URL(request.url);
        if (/^\/api\/v[01](\/|$)/.test(pathname)) expect(await faultsOf(answer, pathname, verb)).toEqual([]);
      }),
      { numRuns: Number(process.env.INTENDANT_FUZZ_RUNS ?? 500) },
    );

    expect([...answered.keys()]).toEqual(expect.arrayContaining([200, 400, 404, 405]));
  });
});
