import { afterEach, describe, expect, it } from 'vitest';
import { dashboard } from '../../../../reconciler/view/dashboard/dashboard.tsx';
import { stepsOf, verdictStep } from '../../../../reconciler/kinds/operation/pipeline.ts';
import type { OperationRecord } from '../../../../reconciler/kinds/operation/record.ts';
import { Transient } from '../../../../reconciler/model/errors.ts';
import type { JournalRecord, StepOutcome } from '../../../../reconciler/model/plan.ts';
import { keys } from '../../../../reconciler/store/keys.ts';
import { DASHBOARD_ASSETS as ASSETS } from '../../../support/dashboard-assets.ts';
import { dashboardWorld, type DashboardWorld, type DashboardWorldOptions } from '../../../support/dashboard-world.ts';
import { documentOf } from '../../../support/inventory.ts';
import { conditionOf, fakeHex, hostStatus, operationStatus } from '../../../support/statuses.ts';

const HOSTILE = '"><img src=x onerror=alert(1)><script>alert(2)</script>\u202e\u001b[31m';
/** What the schema lets into a document. */
const WRITTEN = '"><img src=x onerror=alert(1)><script>alert(2)</script>';
const FILES = {
  'c.yaml': documentOf('Cluster', 'web', { description: WRITTEN }),
  'hosts/a.yaml': `${documentOf('Host', 'web-1', { address: '10.0.0.1', cluster: 'web', description: WRITTEN })}`,
  'hosts/b.yaml': documentOf('Host', 'web-2', { address: '10.0.0.2', cluster: 'web' }),
  'o.yaml': documentOf('Operation', 'restart', { type: 'restart', target: { cluster: 'web' } }),
};
const FROZEN = {
  spec: { type: 'restart' as const, target: { cluster: 'web' } },
  digest: 'd',
  hosts: ['web-1', 'web-2'],
  clusters: ['web'],
  rollout: { maxUnavailable: 1, maxFailures: 1, minHealthyMs: 0 },
};
const RECORD: OperationRecord = {
  format: 1,
  name: 'restart',
  heldSince: { commit: 'c', sequence: 1 },
  phase: 'Running',
  round: 0,
  batches: [['web-1'], ['web-2']],
  frozen: FROZEN,
  beganAt: '2026-01-02T03:04:05.000Z',
};

let world: DashboardWorld | undefined;
afterEach(async () => world?.close());

async function open(options: DashboardWorldOptions = {}) {
  const opened = await dashboardWorld({ files: FILES, ...options });
  world = opened;
  const app = dashboard(opened.context, { assets: ASSETS });
  return {
    ...opened,
    async get(path: string) {
      const answer = await app.request(path);
      return { answer, status: answer.status, html: await answer.text() };
    },
  };
}

/** The journal of a host: so many steps, then its outcome. */
function journalOf(host: string, ended: number, verdict?: StepOutcome): [string, JournalRecord][] {
  const steps = stepsOf('restart', FROZEN, host, 0);
  const entries = steps.slice(0, ended + (verdict ? 0 : 1)).map((step, index): [string, JournalRecord] => {
    const outcome = { result: 'succeeded' as const, reason: 'Done', message: 'ok', at: '2026-01-02T03:04:15.000Z' };
    const record = { format: 1, round: 0, step, startedAt: '2026-01-02T03:04:05.000Z' };
    return [
      keys.journal('restart', host, `000-00${index}-${step.action}`),
      index < ended ? { ...record, outcome } : record,
    ];
  });
  if (!verdict) return entries;
  const step = verdictStep('restart', FROZEN, host, 0, verdict);
  const at = '2026-01-02T03:05:05.000Z';
  return [
    ...entries,
    [
      keys.journal('restart', host, '000-009-verdict'),
      { format: 1, round: 0, step, startedAt: at, outcome: { ...verdict, at } },
    ],
  ];
}

describe('the page of a host', () => {
  it('says how it is and why, which line of which commit says so, and what differs', async () => {
    const status = hostStatus('web-1', 'active', 'web');
    status.conditions.push(conditionOf('Drifted', 'True', 'ProfileDrifted', 'file /etc/motd: replace (content)'));
    status.detail.profile = {
      total: 3,
      changes: ['file /etc/motd: replace (content)', 'package nginx: install', 'service telnetd: stop (running)'],
    };
    const { get } = await open({ statuses: [status] });

    const { status: code, html } = await get('/hosts/web-1');

    expect(code).toBe(200);
    expect(html).toContain(`hosts/a.yaml:1 @ ${fakeHex('commit', 12)}`);
    expect(html).toContain('3 differences from its profile');
    expect(html).toMatch(/data-symbol="~".*data-symbol="\+".*data-symbol="-"/s);
    expect(html).toContain('root@10.0.0.1:22');
  });

  it('tells which operations and commits touched it, the newest first', async () => {
    const ended = operationStatus('restart-old', 'Failed', 0, 2);
    Object.assign(ended.detail, {
      finishedAt: '2026-01-05T00:00:00.000Z',
      outcomes: { 'web-1': { result: 'failed', message: 'no new boot id' } },
    });
    const commit = fakeHex('x', 40);
    const revisions = [
      {
        commit,
        author: 'Jo',
        at: '2026-01-06T00:00:00.000Z',
        subject: 'Move web-1',
        changes: [{ symbol: '~' as const, key: 'Host/web-1' as const, lines: [] }],
      },
      {
        commit: fakeHex('y', 40),
        author: 'Jo',
        at: '2026-01-07T00:00:00.000Z',
        subject: 'Something else',
        changes: [],
      },
    ];
    const { get } = await open({ statuses: [hostStatus('web-1', 'active', 'web'), ended], revisions });

    const { html } = await get('/hosts/web-1');

    expect(html.indexOf('Move web-1')).toBeGreaterThan(0);
    expect(html.indexOf('Move web-1')).toBeLessThan(html.indexOf('restart-old: failed: no new boot id'));
    expect(html).not.toContain('Something else');
  });

  it('tells that it is worked on as news that is neither good nor bad', async () => {
    const status = hostStatus('web-1', 'active', 'web');
    status.conditions = [conditionOf('Reconciling', 'True', 'Progressing', 'it is looked at')];
    const { get } = await open({ statuses: [status] });

    const { html } = await get('/hosts/web-1');

    expect(html).toMatch(/<li data-is="quiet">(?:(?!<li).)*Reconciling became True/s);
  });

  it('says how to take it back from an operation that has ended', async () => {
    const { get, write } = await open({
      statuses: [hostStatus('web-1', 'active', 'web'), operationStatus('restart', 'Failed', 0, 2)],
    });
    await write(keys.claim('web-1'), {
      format: 1,
      owner: 'Operation/restart',
      round: 0,
      since: '2026-01-02T03:04:05.000Z',
      holder: 'd',
    });

    const { html } = await get('/hosts/web-1');

    expect(html).toContain('intendant claims release web-1 --reason TEXT');
  });

  it('shows what is known though the commits cannot be read', async () => {
    const { get, context } = await open({ statuses: [hostStatus('web-1', 'active', 'web')] });
    context.revisions.list = async () => Promise.reject(new Transient('the clone is gone', { code: 'CLONE' }));

    const { status, html } = await get('/hosts/web-1');

    expect(status).toBe(200);
    expect(html).toContain('The commits could not be read: the clone is gone.');
  });

  it('says what to do about a key that has changed', async () => {
    const status = hostStatus('web-1', 'failed', 'web');
    status.conditions = [conditionOf('Ready', 'False', 'HostKeyChanged', 'it shows another key')];
    const { get } = await open({ statuses: [status] });

    const { html } = await get('/hosts/web-1');

    expect(html).toContain('raise spec.reimage there');
    expect(html).toContain('ssh-keyscan 10.0.0.1');
  });
});

describe('the page of an operation', () => {
  it('shows each batch, what every host went through, and what is still to do', async () => {
    const running = operationStatus('restart', 'Running', 1, 2);
    Object.assign(running.detail, { running: ['web-2'], clusters: ['web'], batches: { total: 2, current: 2 } });
    const { get, write } = await open({ statuses: [running] });
    await write(keys.record('Operation/restart'), RECORD);
    for (const [key, value] of [
      ...journalOf('web-1', 3, { result: 'succeeded', reason: 'Done', message: 'done' }),
      ...journalOf('web-2', 1),
    ])
      await write(key, value);

    const { html } = await get('/operations/restart');

    expect(html).toContain('Batch 1 of 2');
    expect(html).toContain('1 host: 1 succeeded');
    expect(html).toContain('1 host: 1 running');
    expect(html).toMatch(/id="run-web-2".*reboot.*so far.*data-run="pending".*wait for a new boot id/s);
    expect(html).toContain('0 of 1 allowed');
    expect(html).toContain('wait for a new boot id 10s');
  });

  it('says why it failed, what the host printed, and how it goes on', async () => {
    const failed = operationStatus('restart', 'Failed', 1, 2);
    failed.conditions = [conditionOf('Ready', 'False', 'Failed', '2 of at most 1 hosts may fail')];
    Object.assign(failed.detail, { outcomes: { 'web-1': { result: 'failed', message: 'no new boot id within 10m' } } });
    const { get, write } = await open({ statuses: [failed] });
    await write(keys.record('Operation/restart'), {
      ...RECORD,
      phase: 'Failed',
      finishedAt: '2026-01-02T04:00:00.000Z',
    });
    await write(keys.output('restart', 'web-1', '000-002-prove'), `one\n${HOSTILE}\n`);

    const { html } = await get('/operations/restart');

    expect(html).toContain('2 of at most 1 hosts may fail.');
    expect(html).toContain('set spec.retry: 1 at o.yaml:1 and push');
    expect(html).toContain('no new boot id within 10m');
    expect(html).toContain('one\n&quot;&gt;&lt;img src=x');
    expect(html).toContain('1 host: 1 pending');
  });

  it.each([
    ['Halted', 'intendant resume-all'],
    ['PausedAfterBatch', 'spec.rollout.pauseAfter at o.yaml:1'],
    ['HostClaimed', 'intendant claims'],
    ['ApprovalRequired', 'spec.approval at o.yaml:1'],
  ])('says how it goes on when %s holds it', async (reason, advice) => {
    const held = operationStatus('restart', 'Suspended', 0, 2);
    held.conditions = [conditionOf('Ready', 'Unknown', reason, 'it waits')];
    const { get } = await open({ statuses: [held] });

    const { html } = await get('/operations/restart');

    expect(html).toContain('Why it waits: ');
    expect(html).toContain(advice);
  });

  it('reads of many hosts only the steps that somebody wants to see', async () => {
    const hosts = Array.from({ length: 400 }, (_, index) => `web-${index + 1}`);
    const running = operationStatus('restart', 'Running', 100, 400);
    Object.assign(running.detail, { running: ['web-101'], batches: { total: 4, current: 2 } });
    const { get, write, context } = await open({ statuses: [running] });
    const batches = [0, 1, 2, 3].map((index) => hosts.slice(100 * index, 100 * (index + 1)));
    await write(keys.record('Operation/restart'), { ...RECORD, batches, frozen: { ...FROZEN, hosts } });
    const read: string[] = [];
    const { list } = context.store;
    context.store.list = (prefix, ...rest) => (read.push(prefix), list.call(context.store, prefix, ...rest));

    const { html } = await get('/operations/restart');

    expect(read.filter((prefix) => prefix.startsWith('journal/')).length).toBeLessThanOrEqual(120);
    expect(html).toContain('100 hosts: 100 succeeded');
    expect(html).toContain('100 hosts: 1 running, 99 pending');
    expect(html).toContain('aria-label="web-400: pending"');
  });
});

describe('every page', () => {
  const bad = hostStatus('web-1', 'failed', 'web');
  bad.conditions = [conditionOf('Ready', 'False', HOSTILE, HOSTILE), conditionOf('Drifted', 'True', HOSTILE, HOSTILE)];
  Object.assign(bad.detail, { address: HOSTILE, hostKey: HOSTILE, profile: { total: 1, changes: [HOSTILE] } });
  Object.assign(bad.detail.facts as object, { os: HOSTILE, kernel: HOSTILE, osVersion: HOSTILE });
  const operation = operationStatus('restart', 'Failed', 0, 2);
  operation.conditions = [conditionOf('Ready', 'False', HOSTILE, HOSTILE)];
  Object.assign(operation.detail, {
    type: HOSTILE,
    clusters: [HOSTILE],
    outcomes: { 'web-1': { result: 'failed', message: HOSTILE } },
    approval: { digest: HOSTILE },
  });
  const change = { symbol: '~' as const, key: `Host/${HOSTILE}` as const, lines: [HOSTILE] };
  const diagnostic = {
    severity: 'error' as const,
    code: HOSTILE,
    message: HOSTILE,
    file: HOSTILE,
    line: 3,
    column: 4,
    key: `Host/${HOSTILE}` as const,
  };
  const options: DashboardWorldOptions = {
    statuses: [bad, operation],
    revision: {
      diagnostics: [diagnostic],
      diagnosticsTotal: 1,
      held: { [HOSTILE]: HOSTILE },
      refused: { code: 'X', message: HOSTILE },
    },
    revisions: [{ commit: HOSTILE, author: HOSTILE, at: HOSTILE, subject: HOSTILE, changes: [change] }],
    plan: (branch) => ({
      branch,
      head: HOSTILE,
      base: HOSTILE,
      changes: [change],
      operations: [],
      profiles: [],
      diagnostics: [diagnostic],
    }),
  };
  const paths = [
    '/',
    '/clusters/web',
    '/hosts/web-1',
    '/operations',
    '/operations/restart',
    '/plan?ref=x',
    '/revisions',
    '/diagnostics',
    '/search?q=web',
    `/search?q=${encodeURIComponent('<img src=x')}`,
    `/hosts/${encodeURIComponent(HOSTILE)}`,
    '/search?state=failed',
  ];

  it.each(paths)('writes hostile text as text: %s', async (path) => {
    const { get } = await open(options);

    const { html } = await get(path);

    expect(html).toContain('&lt;img src=x');
    expect(html).not.toMatch(/<img|<script>|\u202e|\u001b/);
    expect(html).not.toMatch(/ style="| on[a-z]+="/);
    expect(html).not.toContain('undefined');
  });

  it('links to nothing but pages of its own and addresses of the web', async () => {
    const annotated = (value: string): string =>
      JSON.stringify({
        apiVersion: 'intendant/v1',
        kind: 'Host',
        metadata: { name: 'web-1', annotations: { runbook: value } },
        spec: { address: '10.0.0.1' },
      });
    const { get } = await open({ files: { 'a.yaml': annotated('https://wiki.example.com/web?a=1&b=2') } });
    const good = await get('/hosts/web-1');
    await world?.close();
    const { get: getBad } = await open({ files: { 'a.yaml': annotated('javascript:alert(1)') } });
    const refused = await getBad('/hosts/web-1');

    expect(good.html).toContain('href="https://wiki.example.com/web?a=1&amp;b=2" rel="noreferrer nofollow external"');
    expect(refused.html).toContain('javascript:alert(1)');
    expect(refused.html).not.toContain('href="javascript:');
  });
});

describe('the search', () => {
  it('goes straight to the one host whose name or address it is', async () => {
    const { get } = await open();

    const { status, answer } = await get('/search?q=10.0.0.2');

    expect(status).toBe(303);
    expect(answer.headers.get('location')).toBe('/hosts/web-2');
  });

  it('lists hosts by a part of their name, the worst first, and says where there is none', async () => {
    const { get } = await open({
      statuses: [hostStatus('web-1', 'active', 'web'), hostStatus('web-2', 'failed', 'web')],
    });

    const some = await get('/search?q=WEB');
    const none = await get('/search?q=zebra');

    expect(some.html.indexOf('/hosts/web-2')).toBeLessThan(some.html.indexOf('/hosts/web-1'));
    expect(none.html).toContain('No such host');
  });
});

describe('what cannot be shown', () => {
  it('is said with what to do, as a page', async () => {
    const { get } = await open();

    const host = await get('/hosts/nobody');
    const path = await get('/nowhere/at/all');

    expect(host.status).toBe(404);
    expect(host.html).toContain('There is no such host');
    expect(host.html).toContain('intendant get hosts');
    expect(path.status).toBe(404);
    expect(path.html).toContain('To the fleet');
  });

  it('shows what is in memory while the store is away, and says so', async () => {
    const { get, context } = await open({ statuses: [hostStatus('web-1', 'active', 'web')] });
    context.view.info = async () =>
      Promise.reject(new Transient('etcd does not answer', { code: 'STORE_UNAVAILABLE' }));

    const { status, html } = await get('/');

    expect(status).toBe(200);
    expect(html).toContain('The store does not answer: etcd does not answer.');
    expect(html).toContain('aria-label="web-1: active"');
  });

  it('says why a plan cannot be made', async () => {
    const { get } = await open();

    const { html } = await get('/plan?ref=nope');

    expect(html).toContain('The config repository has no branch &quot;nope&quot;; push it first.');
  });

  it('tells nothing of itself when a page breaks', async () => {
    const { get, context } = await open();
    context.store.get = async () => Promise.reject(new Error('secret path /root/x'));

    const { status, html } = await get('/hosts/web-1');

    expect(status).toBe(500);
    expect(html).not.toContain('secret path');
    expect(html).toContain('This page cannot be shown now');
  });
});
