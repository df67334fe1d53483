import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startReconciler, type RunningReconciler } from '../../reconciler/main.ts';
import type { ResourceView } from '../../reconciler/view/api-v1/resource-view.ts';
import { ask } from '../support/api-answers.ts';
import { document, hostDocument, restartDocument } from '../support/documents.ts';
import { eventually } from '../support/eventually.ts';
import { startScenario, type Scenario } from '../support/scenario.ts';
import { silentLog } from '../support/silent-log.ts';

let scenario: Scenario;
let running: RunningReconciler;

/** The view of the daemon, over a real connection. */
const view = {
  request: (path: string, init?: RequestInit): Promise<Response> => fetch(`${running.viewUrl}${path}`, init),
};

beforeAll(async () => {
  scenario = await startScenario({ clusters: { web: 3, db: 1 } });
  const config = await scenario.config();
  const http = { address: '127.0.0.1', port: 0, trustedProxies: [] };
  running = await startReconciler({ ...config, view: http }, { log: silentLog });
});

afterAll(async () => {
  await running.stop();
  await scenario.stop();
});

async function read<T>(path: string): Promise<T> {
  return (await (await ask(view, path)).json()) as T;
}

/** Waits until an object is as the repository wants it. */
async function untilCurrent(path: string): Promise<ResourceView> {
  return eventually(
    async () => {
      const answer = await ask(view, path);
      if (answer.status !== 200) return undefined;
      const found = (await answer.json()) as ResourceView;
      const isReady = found.conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
      return found.diff.state === 'current' && isReady ? found : undefined;
    },
    { timeoutMs: 60_000, everyMs: 200 },
  );
}

describe('the REST view of a daemon that works', () => {
  it('tells hosts and clusters as the daemon found them, in both forms', async () => {
    const host = await untilCurrent('/api/v1/hosts/web-1');
    await untilCurrent('/api/v1/clusters/web');

    expect(host.status).toMatchObject({ status: 'active', cluster: 'web' });
    expect(host.desired?.origin).toEqual({ file: 'clusters/web/hosts/web-1.yaml', line: 1 });
    expect(await read('/api/v0/cluster/web')).toMatchObject({ status: 'ok', hosts: { total: 3, available: 3 } });
    expect(await read('/api/v0/hosts')).toHaveLength(4);
    expect((await read<{ total: number }>('/api/v1/resources')).total).toBe(7);
    expect((await ask(view, '/api/v0/cluster/web/restart')).status).toBe(404);
    expect((await ask(view, '/api/v0/host/web-1/creds')).status).toBe(403);
    expect((await read<{ health: object }>('/api/v1/fleet')).health).toEqual({ healthy: true, reasons: [] });
    expect(await read('/api/v1/diagnostics')).toEqual({ diagnostics: [], total: 0 });
  }, 90_000);

  it('follows a restart, a script and what they did on each host', async () => {
    await scenario.repo.push(
      {
        'operations/restart-web.yaml': restartDocument('restart-web', 'web'),
        'operations/hello.yaml': document('Operation', 'hello', {
          type: 'run',
          target: { cluster: 'db' },
          script: 'echo hello',
        }),
      },
      'restart the web',
    );
    running.hint();

    await eventually(
      async () => {
        await ask(view, '/api/v0/cluster/web/restart');
        await ask(view, '/api/v1/claims');
        await ask(view, '/api/v1/operations/restart-web/journal');
        const { items } = await read<{ items: ResourceView[] }>('/api/v1/operations?field=status.status=Succeeded');
        return items.length === 2;
      },
      { timeoutMs: 60_000, everyMs: 100 },
    );

    const addresses = await read<string[]>('/api/v0/cluster/web/hosts');
    expect(await read('/api/v0/cluster/web/restart')).toMatchObject({
      name: 'web',
      status: 'finished',
      restarted: addresses,
      in_process: [],
    });
    const journal = await read<{ items: { host: string; steps: { action: string }[] }[] }>(
      '/api/v1/operations/restart-web/journal',
    );
    expect(journal.items.map(({ host }) => host)).toEqual(['web-1', 'web-2', 'web-3']);
    expect(journal.items[0]!.steps.map(({ action }) => action)).toContain('reboot');
    const output = await read<{ items: { output: string }[] }>('/api/v1/operations/hello/output/db-1');
    expect(output.items.map(({ output: text }) => text).join('')).toContain('hello');
  }, 90_000);

  it('tells what the commits did, and what a branch would do', async () => {
    const { items } = await read<{ items: { subject: string }[] }>('/api/v1/revisions');
    const history = await read<{ items: { subject: string; change: { symbol: string } }[] }>(
      '/api/v1/operations/restart-web/history',
    );
    await scenario.repo.git('branch', 'more', 'main');
    const host = hostDocument('web-4', '10.0.0.200', 'web');
    await scenario.repo.pushAsSomebodyElse('more', 'clusters/web/hosts/web-4.yaml', host);

    const plan = await read<{ changes: { symbol: string; key: string }[] }>('/api/v1/plan?ref=more');

    expect(items.map(({ subject }) => subject)).toEqual(['restart the web', 'the fleet']);
    expect(history.items).toMatchObject([{ subject: 'restart the web', change: { symbol: '+' } }]);
    expect(plan.changes).toMatchObject([{ symbol: '+', key: 'Host/web-4' }]);
    expect((await ask(view, '/api/v1/plan?ref=no-such')).status).toBe(404);
    expect((await ask(view, '/api/v1/plan?ref=-x..y')).status).toBe(400);
    const markdown = await ask(view, '/api/v1/plan?ref=more&format=markdown');
    expect(await markdown.text()).toContain('\n+ Host/web-4\n');
  }, 90_000);
});
