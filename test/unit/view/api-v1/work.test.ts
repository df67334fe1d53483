import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Hono } from 'hono';
import { stepName } from '../../../../reconciler/engine/step-name.ts';
import { Transient, InvalidInput } from '../../../../reconciler/model/errors.ts';
import { EMPTY_PLAN, type Change } from '../../../../reconciler/model/plan.ts';
import { keys } from '../../../../reconciler/store/keys.ts';
import { writeCursor } from '../../../../reconciler/view/api-v1/cursor.ts';
import { apiV1 } from '../../../../reconciler/view/api-v1/routes.ts';
import type { ViewEnv } from '../../../../reconciler/view/http/context.ts';
import type { BranchPlan, RevisionEntry } from '../../../../reconciler/view/http/git-reading.ts';
import { ask } from '../../../support/api-answers.ts';
import { journalEntry, operationRecord } from '../../../support/held-host.ts';
import { operationStatus } from '../../../support/statuses.ts';
import { ViewWorld } from '../../../support/view-world.ts';

let world: ViewWorld;
let app: Hono<ViewEnv>;

beforeEach(async () => {
  world = await ViewWorld.start();
  app = world.app({ '/api/v1': apiV1 });
});
afterEach(() => world.stop());

async function body(path: string, init?: RequestInit): Promise<Record<string, unknown>> {
  return (await (await ask(app, path, init)).json()) as Record<string, unknown>;
}

/** The operation `op` with these hosts, each connected to and acted on. */
async function journalled(hosts: readonly string[]): Promise<void> {
  await world.write([
    [keys.record('Operation/op'), operationRecord({ batches: [hosts.slice(0, 1), hosts.slice(1)] })],
    ...hosts.flatMap((host) =>
      [journalEntry('connect', 0, 'succeeded'), journalEntry('reboot', 1)].map(
        (entry) => [keys.journal('op', host, stepName(entry.step)), entry] as const,
      ),
    ),
  ]);
  await world.put(operationStatus('op', 'Running', 0, hosts.length));
}

describe('the journal of an operation', () => {
  it('tells what was done on each host, in order', async () => {
    await journalled(['web-1']);

    expect(await body('/api/v1/operations/op/journal')).toEqual({
      operation: 'op',
      phase: 'Running',
      round: 0,
      batches: [['web-1'], []],
      items: [
        {
          host: 'web-1',
          batch: 1,
          steps: [
            {
              step: '000-000-connect',
              round: 0,
              action: 'connect',
              summary: 'do connect',
              disruptive: false,
              startedAt: '2026-01-01T00:00:00.000Z',
              outcome: { result: 'succeeded', reason: 'R', message: 'm', at: '2026-01-01T00:00:00.000Z' },
            },
            {
              step: '000-001-reboot',
              round: 0,
              action: 'reboot',
              summary: 'do reboot',
              disruptive: true,
              startedAt: '2026-01-01T00:00:00.000Z',
            },
          ],
        },
      ],
    });
  });

  it('comes in pages of whole hosts, whatever their names', async () => {
    const hosts = ['web', 'web-1', 'web-1-a', 'web-1.b', 'web-10', 'web.c'];
    await journalled(hosts);
    const seen: string[] = [];
    let path: string | undefined = '/api/v1/operations/op/journal?limit=2';

    while (path !== undefined) {
      const answer = await ask(app, path);
      const { items, next } = (await answer.json()) as { items: { host: string; steps: unknown[] }[]; next?: string };
      expect(items.every(({ steps }) => steps.length === 2)).toBe(true);
      seen.push(...items.map(({ host }) => host));
      path = next && `/api/v1/operations/op/journal?limit=2&cursor=${next}`;
    }

    expect([...seen].sort()).toEqual(hosts);
  });

  it('still tells the outcomes when its steps were cleaned away', async () => {
    const sealed = {
      format: 1,
      round: 0,
      at: '2026-01-01T00:00:00.000Z',
      succeeded: [{ round: 0, hosts: ['a', 'b'] }],
      others: {},
    };
    await world.write([
      [keys.record('Operation/op'), operationRecord({ phase: 'Succeeded', batches: [['a'], ['b']] })],
      [keys.sealed('op'), sealed],
    ]);

    const first = await body('/api/v1/operations/op/journal?limit=1');
    const second = await body(`/api/v1/operations/op/journal?limit=1&cursor=${String(first.next)}`);

    expect(first.items).toMatchObject([
      { host: 'a', steps: [{ action: 'verdict', outcome: { result: 'succeeded' } }] },
    ]);
    expect(second.items).toMatchObject([{ host: 'b', batch: 2 }]);
    expect(second.next).toBeUndefined();
  });

  it('makes what hosts have said fit to be shown', async () => {
    const entry = journalEntry('connect', 0, 'failed');
    entry.outcome!.message = '\u001b[31mred\u202e\nline';
    await world.write([
      [keys.record('Operation/op'), operationRecord()],
      [keys.journal('op', 'web-1', stepName(entry.step)), entry],
    ]);

    expect(JSON.stringify(await body('/api/v1/operations/op/journal'))).toContain('"message":"red line"');
  });

  it.each(['nobody', 'no_name', '..', '%2e%2e', 'a%2Fb'])('is not there for %s', async (name) => {
    expect((await ask(app, `/api/v1/operations/${name}/journal`)).status).toBe(404);
  });

  it('goes on with a cursor of its own only', async () => {
    await journalled(['web-1', 'web-2']);
    const { next } = await body('/api/v1/operations/op/journal?limit=1');

    const statuses = [
      (await ask(app, `/api/v1/operations/op/journal?cursor=${String(next)}`)).status,
      (await ask(app, `/api/v1/operations/other/journal?cursor=${String(next)}`)).status,
      (await ask(app, '/api/v1/operations/op/journal?cursor=abc')).status,
    ];

    expect(statuses).toEqual([200, 400, 400]);
  });

  it('begins at the beginning for a cursor that names no host', async () => {
    await journalled(['web-1', 'web-2']);
    const cursor = writeCursor('web-1/\u0000', 'journal of op');

    const { items } = await body(`/api/v1/operations/op/journal?cursor=${cursor}`);

    expect(items).toMatchObject([{ host: 'web-1' }, { host: 'web-2' }]);
  });
});

describe('the output of steps', () => {
  it('is told by step', async () => {
    await journalled(['web-1']);
    await world.write([
      [keys.output('op', 'web-1', '000-001-run'), 'hello\n'],
      [keys.output('op', 'web-10', '000-001-run'), 'other\n'],
    ]);

    expect(await body('/api/v1/operations/op/output/web-1')).toEqual({
      operation: 'op',
      host: 'web-1',
      items: [{ step: '000-001-run', output: 'hello\n' }],
    });
  });

  it.each(['/api/v1/operations/nobody/output/web-1', '/api/v1/operations/op/output/no_name'])(
    'is not there: %s',
    async (path) => {
      await journalled(['web-1']);

      expect((await ask(app, path)).status).toBe(404);
    },
  );
});

const CHANGE: Change = { symbol: '~', key: 'Host/web-1', lines: ['spec.address: 10.0.0.1 → 10.0.0.2'] };
const HOSTILE = '``` \u001b[31m<script>\u202e';

function branchPlan(more: Partial<BranchPlan> = {}): BranchPlan {
  return {
    branch: 'more-web',
    head: 'b'.repeat(40),
    base: 'a'.repeat(40),
    changes: [CHANGE, { symbol: '-', key: 'Host/web-9', lines: [HOSTILE, '  - Host/other'] }],
    operations: [
      {
        name: 'restart-web',
        type: 'restart',
        hosts: ['web-1'],
        batches: [['web-1']],
        rollout: { maxUnavailable: 1, maxFailures: 0, minHealthyMs: 0 },
        actions: ['connect', 'reboot'],
        warnings: ['not active now: web-1'],
        plan: EMPTY_PLAN,
      },
    ],
    profiles: [
      {
        cluster: 'web',
        operations: [],
        differences: [{ hosts: ['web-1'], changes: ['package vim'] }],
        even: 3,
        warnings: [],
      },
    ],
    diagnostics: [{ severity: 'warning', code: 'odd', message: 'odd', file: 'a.yaml', line: 1, column: 2 }],
    ...more,
  };
}

describe('the plan of a branch', () => {
  beforeEach(() => void world.plans.set('more-web', branchPlan()));

  it('comes as JSON', async () => {
    const answer = await ask(app, '/api/v1/plan?ref=more-web');

    expect(answer.headers.get('vary')).toBe('accept');
    const { operations, ...rest } = branchPlan();
    const planned = operations.map(({ plan: _plan, ...operation }) => operation);
    expect(await answer.json()).toEqual({ ...rest, operations: planned });
  });

  it.each<[string, string | undefined, string]>([
    ['', undefined, 'application/json'],
    ['', '*/*', 'application/json'],
    ['', 'text/html, */*;q=0.1', 'application/json'],
    ['', 'text/plain', 'text/plain; charset=utf-8'],
    ['', 'text/*', 'text/plain; charset=utf-8'],
    ['', 'application/json;q=0.5, text/markdown', 'text/markdown; charset=utf-8'],
    ['', 'text/markdown;q=0, application/*', 'application/json'],
    ['&format=markdown', 'application/json', 'text/markdown; charset=utf-8'],
    ['&format=text', undefined, 'text/plain; charset=utf-8'],
  ])('comes in the form that is asked for: %s %s', async (format, accept, type) => {
    const headers = new Headers(accept === undefined ? [] : [['accept', accept]]);

    const answer = await ask(app, `/api/v1/plan?ref=more-web${format}`, { headers });

    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, type]);
  });

  it('does not come in other forms', async () => {
    expect((await ask(app, '/api/v1/plan?ref=more-web', { headers: { accept: 'image/png' } })).status).toBe(406);
  });

  it('is text as the command line prints it', async () => {
    const text = await (await ask(app, '/api/v1/plan?ref=more-web&format=text')).text();

    expect(text).toContain('Plan of more-web at bbbbbbbbbbbb, compared with aaaaaaaaaaaa\n');
    expect(text).toContain('a.yaml:1:2: warning: odd [odd]\n');
    expect(text).toContain('  ~ Host/web-1\n      spec.address: 10.0.0.1 → 10.0.0.2\n');
    expect(text).toContain('Plan: 0 to add, 1 to change, 1 to remove.\n');
    expect(text).not.toMatch(/[\u001b\u202e]/);
  });

  it('is Markdown that nothing in the repository can break out of', async () => {
    const text = await (await ask(app, '/api/v1/plan?ref=more-web&format=markdown')).text();

    expect(text.split('\n')[0]).toBe('### Plan: 0 to add, 1 to change, 1 to remove.');
    expect(text).toContain('\n````diff\n');
    expect(text).toContain('\n! ~ Host/web-1\n');
    expect(text).toContain('\n- Host/web-9\n      ``` <script>\n');
    expect(text.match(/^````/gm)).toHaveLength(2);
    expect(text).not.toMatch(/[\u001b\u202e]/);
  });

  it('is not there for a branch that is not', async () => {
    const answer = await ask(app, '/api/v1/plan?ref=no-such');

    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([404, 'NO_SUCH_BRANCH']);
  });

  it.each<[string, Error, number, string]>([
    ['refuses what is no branch', new InvalidInput('no', { code: 'BRANCH_NAME' }), 400, 'BRANCH_NAME'],
    ['says when git does not answer', new Transient('no', { code: 'GIT_UNREACHABLE' }), 503, 'GIT_UNREACHABLE'],
  ])('%s', async (_what, error, status, code) => {
    world.context.plans.plan = () => Promise.reject(error);

    const answer = await ask(app, '/api/v1/plan?ref=..');

    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([status, code]);
  });
});

function revision(at: number, changes?: Change[]): RevisionEntry {
  const commit = at.toString(16).padStart(40, '0');
  return { commit, author: 'Jo', at: '2026-01-01T00:00:00.000Z', subject: `change ${at}`, ...(changes && { changes }) };
}

describe('the history', () => {
  it('is told newest first, page by page', async () => {
    world.revisions.push(...[5, 4, 3, 2, 1].map((at) => revision(at, [CHANGE])));

    const first = await body('/api/v1/revisions?limit=3');
    const second = await body(`/api/v1/revisions?limit=3&cursor=${String(first.next)}`);

    expect([first.items, second.items].flat()).toEqual(world.revisions);
    expect(second.next).toBeUndefined();
  });

  it('tells one commit', async () => {
    world.revisions.push(revision(7, [CHANGE]));

    expect(await body(`/api/v1/revisions/${revision(7).commit}`)).toEqual(revision(7, [CHANGE]));
  });

  it.each(['main', 'HEAD', '0'.repeat(40), 'x'.repeat(40), `${'0'.repeat(39)}%00`])(
    'has no commit %s',
    async (commit) => {
      expect((await ask(app, `/api/v1/revisions/${commit}`)).status).toBe(404);
    },
  );

  it('of an object holds the commits that changed it, also when it is gone', async () => {
    world.revisions.push(revision(4), revision(3, [CHANGE]), revision(2, []), revision(1, [CHANGE]));

    const first = await body('/api/v1/hosts/web-1/history?limit=1');
    const second = await body(`/api/v1/hosts/web-1/history?cursor=${String(first.next)}`);

    expect(first.items).toMatchObject([{ subject: 'change 3', change: CHANGE }]);
    expect(second.items).toMatchObject([{ subject: 'change 1' }]);
    expect(second.next).toBeUndefined();
    expect((await body('/api/v1/hosts/other/history')).items).toEqual([]);
  });

  it('of an object looks through some hundred commits at a time, and then says how to go on', async () => {
    world.revisions.push(...Array.from({ length: 620 }, (_, at) => revision(1000 - at)), revision(1, [CHANGE]));

    const first = await body('/api/v1/hosts/web-1/history');
    const second = await body(`/api/v1/hosts/web-1/history?cursor=${String(first.next)}`);

    expect(first.items).toEqual([]);
    expect(second.items).toMatchObject([{ subject: 'change 1' }]);
    expect(second.next).toBeUndefined();
  });
});
