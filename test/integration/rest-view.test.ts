import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Hono } from 'hono';
import { loadDaemonConfig } from '../../reconciler/config/load.ts';
import { startReconciler, type RunningReconciler } from '../../reconciler/main.ts';
import { systemClock } from '../../reconciler/model/clock.ts';
import type { Inventory } from '../../reconciler/model/resource.ts';
import { InventoryBuilder } from '../../reconciler/source/inventory/inventory-builder.ts';
import { CommitInventory } from '../../reconciler/source/inventory/inventory.ts';
import { openStore } from '../../reconciler/store/open-store.ts';
import type { StateStore } from '../../reconciler/store/state-store.ts';
import { apiV0 } from '../../reconciler/view/api-v0/routes.ts';
import { apiV1 } from '../../reconciler/view/api-v1/routes.ts';
import type { ResourceView } from '../../reconciler/view/api-v1/resource-view.ts';
import { viewApp } from '../../reconciler/view/http/app.ts';
import { FleetCache } from '../../reconciler/view/fleet-cache.ts';
import type { ViewContext, ViewEnv } from '../../reconciler/view/http/context.ts';
import { StoreView } from '../../reconciler/view/store-view.ts';
import { ask } from '../support/api-answers.ts';
import { document, restartDocument } from '../support/documents.ts';
import { eventually } from '../support/eventually.ts';
import { commitFiles, type Files } from '../support/inventory.ts';
import { startScenario, type Scenario } from '../support/scenario.ts';
import { silentLog } from '../support/silent-log.ts';

let scenario: Scenario;
let running: RunningReconciler;
let store: StateStore;
let inventory: Inventory = CommitInventory.EMPTY;
let app: Hono<ViewEnv>;
const stop = new AbortController();
let following: Promise<void>;

beforeAll(async () => {
  scenario = await startScenario({ clusters: { web: 3, db: 1 } });
  const config = await loadDaemonConfig({
    file: scenario.configPath,
    environment: process.env,
    workingFolder: process.cwd(),
    defaultState: '/nonexistent',
  });
  running = await startReconciler(config, {
    log: silentLog,
    openStore: async (...given) => {
      store = await openStore(...given);
      return store;
    },
  });
  const cache = new FleetCache({ store, clock: systemClock });
  following = cache.run(stop.signal);
  const context: ViewContext = {
    fleet: config.fleet,
    store,
    view: new StoreView({ store, fleet: config.fleet, clock: systemClock, daemonLease: 'daemon' }),
    cache,
    desired: {
      get inventory() {
        return inventory;
      },
    },
    plans: { plan: async () => undefined },
    revisions: { list: async () => [], get: async () => undefined },
    clock: systemClock,
    log: silentLog,
    stopping: stop.signal,
  };
  app = viewApp(context, { parts: { apiV0: apiV0(context), apiV1: apiV1(context) } });
});

afterAll(async () => {
  stop.abort();
  await running.stop();
  await following;
  await scenario.stop();
});

/** Reads what the config branch holds now. */
async function readBranch(): Promise<void> {
  const paths = (await scenario.repo.git('ls-tree', '-r', '--name-only', 'main')).split('\n');
  const files: Files = {};
  for (const path of paths) files[path] = await scenario.repo.git('show', `main:${path}`);
  const commit = await scenario.repo.git('rev-parse', 'main');
  inventory = commitFiles(new InventoryBuilder(), commit, files).inventory;
}

async function read<T>(path: string): Promise<T> {
  return (await (await ask(app, path)).json()) as T;
}

async function untilDiff(path: string, state: string): Promise<ResourceView> {
  return eventually(
    async () => {
      const view = await read<ResourceView>(path);
      return view.diff.state === state &&
        view.conditions.some(({ type, status }) => type === 'Ready' && status === 'True')
        ? view
        : undefined;
    },
    { timeoutMs: 60_000, everyMs: 200 },
  );
}

describe('the REST view of a daemon that works', () => {
  it('tells hosts and clusters as the daemon found them, in both forms', async () => {
    await readBranch();

    const host = await untilDiff('/api/v1/hosts/web-1', 'current');
    await untilDiff('/api/v1/clusters/web', 'current');

    expect(host.status).toMatchObject({ status: 'active', cluster: 'web' });
    expect(await read('/api/v0/cluster/web')).toMatchObject({ status: 'ok', hosts: { total: 3, available: 3 } });
    expect(await read('/api/v0/hosts')).toHaveLength(4);
    expect((await read<{ total: number }>('/api/v1/resources')).total).toBe(7);
    expect((await ask(app, '/api/v0/cluster/web/restart')).status).toBe(404);
    await read('/api/v1/fleet');
    await read('/api/v1/diagnostics');
  }, 90_000);

  it('follows a restart, a script and what they did on each host', async () => {
    await scenario.repo.push({
      'operations/restart-web.yaml': restartDocument('restart-web', 'web'),
      'operations/hello.yaml': document('Operation', 'hello', {
        type: 'run',
        target: { cluster: 'db' },
        script: 'echo hello',
      }),
    });
    running.hint();
    await readBranch();

    await eventually(
      async () => {
        await ask(app, '/api/v0/cluster/web/restart');
        await ask(app, '/api/v1/claims');
        await ask(app, '/api/v1/operations/restart-web/journal');
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
});
