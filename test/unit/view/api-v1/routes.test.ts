import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Hono } from 'hono';
import { keys } from '../../../../reconciler/store/keys.ts';
import { EventLog } from '../../../../reconciler/view/events/event-log.ts';
import { events } from '../../../../reconciler/view/events/events.ts';
import { apiV1 } from '../../../../reconciler/view/api-v1/routes.ts';
import type { ResourceView } from '../../../../reconciler/view/api-v1/resource-view.ts';
import type { ViewEnv } from '../../../../reconciler/view/http/context.ts';
import { ask } from '../../../support/api-answers.ts';
import { documentOf } from '../../../support/inventory.ts';
import {
  clusterStatus,
  conditionOf,
  hostStatus,
  metaRecord,
  operationStatus,
  revisionRecord,
} from '../../../support/statuses.ts';
import { ViewWorld } from '../../../support/view-world.ts';

interface List {
  items: ResourceView[];
  total: number;
  next?: string;
}

let world: ViewWorld;
let app: Hono<ViewEnv>;

beforeEach(async () => {
  world = await ViewWorld.start();
  world.commit({
    'web.yaml': documentOf('Cluster', 'web', {}),
    'hosts.yaml': ['a', 'b', 'c', 'd']
      .map((name, at) =>
        documentOf('Host', name, { address: `10.0.0.${at}`, cluster: 'web' }, { zone: at < 2 ? 'east' : 'west' }),
      )
      .join('---\n'),
  });
  app = world.app({ '/api/v1': apiV1 });
});
afterEach(() => world.stop());

async function list(path: string): Promise<List> {
  return (await (await ask(app, path)).json()) as List;
}

async function namesAt(path: string): Promise<string[]> {
  return (await list(path)).items.map(({ name }) => name);
}

async function codeOf(answer: Response): Promise<[number, string]> {
  const { code } = (await answer.json()) as { code: string };
  return [answer.status, code];
}

/** The digest that the repository has for an object. */
function generation(key: `Host/${string}`): string {
  return world.inventory.get(key)!.digest;
}

describe('objects', () => {
  it('are told with what is desired, what is known, conditions, revisions and what differs', async () => {
    const status = { ...hostStatus('a', 'active', 'web'), observedGeneration: generation('Host/a') };
    await world.put(status);

    const view = (await (await ask(app, '/api/v1/hosts/a')).json()) as ResourceView;

    expect(view).toEqual({
      key: 'Host/a',
      kind: 'Host',
      name: 'a',
      desired: {
        apiVersion: 'intendant/v1',
        kind: 'Host',
        metadata: { name: 'a', labels: { zone: 'east' } },
        spec: { address: '10.0.0.0', cluster: 'web' },
        origin: { file: 'hosts.yaml', line: 1 },
        digest: generation('Host/a'),
      },
      status: { status: 'active', cluster: 'web', detail: status.detail },
      conditions: status.conditions,
      revision: { applied: status.lastAppliedRevision, attempted: status.lastAttemptedRevision },
      diff: {
        state: 'current',
        desiredGeneration: generation('Host/a'),
        observedGeneration: generation('Host/a'),
        drift: null,
      },
    });
  });

  it('say how desired and live compare', async () => {
    const looked = (name: 'a' | 'b' | 'c') => ({
      ...hostStatus(name, 'active', 'web'),
      observedGeneration: generation(`Host/${name}`),
    });
    const drifted = looked('b');
    const profile = { digest: 'p', wanted: 'w', total: 2, removals: 0, changes: ['file /etc/motd: replace (content)'] };
    await world.put(
      looked('a'),
      {
        ...drifted,
        conditions: [conditionOf('Drifted', 'True', 'ProfileDrifted', 'file /etc/motd: replace')],
        detail: { ...drifted.detail, profile },
      },
      hostStatus('c', 'active', 'web'),
      hostStatus('z', 'active', 'web'),
    );

    const { items } = await list('/api/v1/hosts');

    expect(items.map(({ name, diff }) => [name, diff.state])).toEqual([
      ['a', 'current'],
      ['b', 'drifted'],
      ['c', 'pending'],
      ['d', 'unobserved'],
      ['z', 'removed'],
    ]);
    expect(items[1]!.diff.drift).toEqual({
      message: 'file /etc/motd: replace',
      changes: ['file /etc/motd: replace (content)'],
      total: 2,
    });
  });

  it('are not called removed before the repository was read', async () => {
    const unread = await ViewWorld.start();
    await unread.put(hostStatus('a'));

    const answer = await ask(unread.app({ '/api/v1': apiV1 }), '/api/v1/hosts/a');
    await unread.stop();

    expect(((await answer.json()) as ResourceView).diff.state).toBe('unknown');
  });

  it('that nobody has written a document for have no origin', async () => {
    await world.put(operationStatus('apply-web-1', 'Running', 1, 3));

    const view = (await (await ask(app, '/api/v1/operations/apply-web-1')).json()) as ResourceView;

    expect([view.desired, view.diff.state]).toEqual([null, 'removed']);
  });

  it('are told anew as soon as they change on either side', async () => {
    const before = await list('/api/v1/hosts?field=name=a');
    await world.put(hostStatus('a', 'failed', 'web'));
    const failed = await list('/api/v1/hosts?field=name=a');
    world.commit({ 'hosts.yaml': documentOf('Host', 'a', { address: '10.9.9.9' }) });
    const moved = await list('/api/v1/hosts?field=name=a');

    expect(before.items[0]!.status).toBeNull();
    expect(failed.items[0]!.status?.status).toBe('failed');
    expect(moved.items[0]!.desired?.spec).toEqual({ address: '10.9.9.9' });
  });

  it('that are not there are a problem', async () => {
    const answer = await ask(app, '/api/v1/hosts/nobody');

    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(await answer.json()).toEqual({
      type: 'urn:intendant:problem:NO_SUCH_OBJECT',
      title: 'There is no such object',
      status: 404,
      detail: 'There is no Host named "nobody".',
      code: 'NO_SUCH_OBJECT',
    });
  });
});

describe('a selection', () => {
  it.each<[string, string[]]>([
    ['/api/v1/hosts?selector=zone=east', ['a', 'b']],
    ['/api/v1/hosts?selector=zone+in+(west)', ['c', 'd']],
    ['/api/v1/hosts?selector=!zone', []],
    ['/api/v1/hosts?field=status.status=failed', ['b']],
    ['/api/v1/hosts?field=status.status!=failed&selector=zone=east', ['a']],
    ['/api/v1/hosts?field=name=a&field=desired.spec.cluster=web', ['a']],
    ['/api/v1/resources', ['web', 'a', 'b', 'c', 'd']],
    ['/api/v1/resources?kind=Host', ['a', 'b', 'c', 'd']],
    ['/api/v1/resources?kind=Cluster,Network', ['web']],
    ['/api/v1/resources?kind=Cluster,Host&selector=zone', ['a', 'b', 'c', 'd']],
  ])('%s means %j', async (path, names) => {
    await world.put(hostStatus('b', 'failed', 'web'));

    const found = await list(path);

    expect(found.items.map(({ name }) => name)).toEqual(names);
    expect([found.total, found.next]).toEqual([names.length, undefined]);
  });

  it.each<[string, string]>([
    ['/api/v1/hosts?kind=Host', 'UNKNOWN_PARAMETER'],
    ['/api/v1/hosts?nonsense', 'UNKNOWN_PARAMETER'],
    ['/api/v1/hosts/a?limit=1', 'UNKNOWN_PARAMETER'],
    ['/api/v1/fleet?x=1', 'UNKNOWN_PARAMETER'],
    ['/api/v1/openapi.json?x=1', 'UNKNOWN_PARAMETER'],
    ['/api/v1/hosts?limit=1&limit=2', 'REPEATED_PARAMETER'],
    [`/api/v1/hosts?${'field=a=b&'.repeat(21)}`, 'REPEATED_PARAMETER'],
    [`/api/v1/hosts?selector=${'a'.repeat(9000)}`, 'QUERY_TOO_LONG'],
    ['/api/v1/hosts?limit=0', 'BAD_LIMIT'],
    ['/api/v1/hosts?limit=501', 'BAD_LIMIT'],
    ['/api/v1/hosts?limit=-1', 'BAD_LIMIT'],
    ['/api/v1/hosts?limit=1e2', 'BAD_LIMIT'],
    ['/api/v1/hosts?cursor=xyz', 'BAD_CURSOR'],
    ['/api/v1/hosts?cursor=', 'BAD_CURSOR'],
    ['/api/v1/hosts?cursor=W10', 'BAD_CURSOR'],
    ['/api/v1/hosts?selector=', 'BAD_SELECTOR'],
    ['/api/v1/hosts?field=nothing=1', 'BAD_FIELD'],
    ['/api/v1/resources?kind=Nothing', 'BAD_KIND'],
    ['/api/v1/revisions?cursor=xyz', 'BAD_CURSOR'],
    ['/api/v1/plan', 'NO_REF'],
    ['/api/v1/plan?ref=', 'NO_REF'],
    ['/api/v1/plan?ref=x&format=pdf', 'BAD_FORMAT'],
  ])('%s is refused: %s', async (path, code) => {
    expect(await codeOf(await ask(app, path))).toEqual([400, code]);
  });

  it('names the parameter that is not known, and those that are', async () => {
    const answer = await ask(app, '/api/v1/hosts?selektor=a&selector=b');

    expect(await answer.json()).toMatchObject({
      detail: 'There is no parameter "selektor" here.',
      hint: 'Known are: cursor, field, limit, selector.',
    });
  });
});

describe('pages', () => {
  it('lead from one to the next, by the body and by the header', async () => {
    const first = await ask(app, '/api/v1/hosts?limit=3&selector=zone');
    const { items, total, next } = (await first.json()) as List;
    const [, link] = /^<([^>]+)>; rel="next"$/.exec(first.headers.get('link') ?? '') ?? [];
    const second = await list(link!);

    expect(items.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    expect([total, second.total]).toEqual([4, 4]);
    expect(second.items.map(({ name }) => name)).toEqual(['d']);
    expect(second.next).toBeUndefined();
    expect(await namesAt(`/api/v1/hosts?limit=3&selector=zone&cursor=${next}`)).toEqual(['d']);
  });

  it('neither repeat nor hide an object while others come and go', async () => {
    const { next } = await list('/api/v1/hosts?limit=2');
    await world.put(hostStatus('aa'), hostStatus('bb'));
    world.commit({ 'hosts.yaml': documentOf('Host', 'd', { address: '10.0.0.4' }) });

    expect(await namesAt(`/api/v1/hosts?limit=2&cursor=${next}`)).toEqual(['bb', 'd']);
  });

  it('go on with the selection that they began with, and no other', async () => {
    const { next } = await list('/api/v1/hosts?limit=1&selector=zone=east');

    const answer = await ask(app, `/api/v1/hosts?limit=1&selector=zone=west&cursor=${next}`);

    expect(await codeOf(answer)).toEqual([400, 'BAD_CURSOR']);
  });

  it('go on below the path that they began at, and no other', async () => {
    const { next } = await list('/api/v1/hosts?limit=1');

    const answer = await ask(app, `/api/v1/clusters?cursor=${next}`);

    expect(await codeOf(answer)).toEqual([400, 'BAD_CURSOR']);
  });
});

describe('what a client holds already', () => {
  const tagOf = async (path: string): Promise<string> => (await ask(app, path)).headers.get('etag')!;
  const again = async (path: string, tag: string): Promise<number> =>
    (await ask(app, path, { headers: { 'if-none-match': tag } })).status;

  it.each([
    '/api/v1/hosts',
    '/api/v1/hosts/a',
    '/api/v1/resources?limit=2',
    '/api/v1/diagnostics',
    '/api/v1/openapi.json',
  ])('is not sent again: %s', async (path) => {
    const tag = await tagOf(path);

    const answer = await ask(app, path, { headers: { 'if-none-match': `"other", ${tag}` } });

    expect([answer.status, await answer.text(), answer.headers.get('etag')]).toEqual([304, '', tag]);
  });

  it('changes with an object of the list, with the repository, and not with other kinds', async () => {
    const tag = await tagOf('/api/v1/hosts');
    await world.put(clusterStatus('web', 4, 0));
    const other = await again('/api/v1/hosts', tag);
    await world.put(hostStatus('a'));
    const changed = await again('/api/v1/hosts', tag);
    const next = await tagOf('/api/v1/hosts');
    world.commit({ 'hosts.yaml': documentOf('Host', 'a', { address: '10.0.0.9' }) });

    expect([other, changed, await again('/api/v1/hosts', next)]).toEqual([304, 200, 200]);
  });

  it('changes when the document of an object moves to another line', async () => {
    const tag = await tagOf('/api/v1/hosts/a');
    world.commit({
      'hosts.yaml': `\n${documentOf('Host', 'a', { address: '10.0.0.0', cluster: 'web' }, { zone: 'east' })}`,
    });

    expect(await again('/api/v1/hosts/a', tag)).toBe(200);
  });
});

describe('our own REST', () => {
  it('answers HEAD as GET, without a body', async () => {
    const answer = await ask(app, '/api/v1/hosts', { method: 'HEAD' });

    expect([answer.status, await answer.text()]).toEqual([200, '']);
    expect(answer.headers.get('etag')).toMatch(/^W\/"/);
  });

  it.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('changes nothing by %s', async (method) => {
    const answer = await ask(app, '/api/v1/hosts/a', { method });

    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  it('has a problem for every path that is not there', async () => {
    expect(await codeOf(await ask(app, '/api/v1/nothing'))).toEqual([404, 'NOT_FOUND']);
    expect(await codeOf(await ask(app, '/api/v1'))).toEqual([404, 'NOT_FOUND']);
  });

  it('says that it is not ready before the store was read, and shows its document all the same', async () => {
    const early = await ViewWorld.start({ follow: false });
    const parts = early.app({ '/api/v1': apiV1 });

    const refused = await ask(parts, '/api/v1/hosts');
    const document = await parts.request('/api/v1/openapi.json');
    await early.stop();

    expect(await codeOf(refused)).toEqual([503, 'NOT_READY']);
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(document.status).toBe(200);
  });

  it('tells the fleet as a whole', async () => {
    await world.write([
      [keys.meta, metaRecord()],
      [keys.revision, revisionRecord()],
    ]);
    await world.put(hostStatus('a'), hostStatus('b', 'failed'));

    const answer = await (await ask(app, '/api/v1/fleet')).json();

    expect(answer).toMatchObject({
      info: { fleet: 'prod', revision: { branch: 'main' } },
      health: { healthy: false },
      objects: { Host: { active: 1, failed: 1 } },
    });
  });

  it('tells diagnostics and claims', async () => {
    const diagnostic = {
      severity: 'error',
      code: 'unknown-field',
      message: 'no',
      file: 'a.yaml',
      line: 1,
      column: 2,
    } as const;
    await world.write([
      [keys.revision, revisionRecord({ diagnostics: [diagnostic], diagnosticsTotal: 1 })],
      [keys.claim('a'), { format: 1, owner: 'Operation/op', round: 0, since: '2026-01-02T03:04:05.000Z', holder: 'd' }],
    ]);

    expect(await (await ask(app, '/api/v1/diagnostics')).json()).toEqual({ diagnostics: [diagnostic], total: 1 });
    expect(await (await ask(app, '/api/v1/claims')).json()).toMatchObject({ claims: [{ host: 'a', orphaned: true }] });
  });

  it('describes the events, too', async () => {
    const log = new EventLog({ clock: world.clock, copy: 'a' });
    log.record({ type: 'object', key: 'Host/a', text: 'one' });
    const parts = world.app({ '/api/v1/events': (context) => events(context, log), '/api/v1': apiV1 });

    const page = await ask(parts, '/api/v1/events?follow=false');
    const refused = await ask(parts, '/api/v1/events?follow=perhaps');

    expect(((await page.json()) as { items: unknown[] }).items).toHaveLength(1);
    expect(refused.status).toBe(400);
  });
});
