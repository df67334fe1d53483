import type { Json } from '../../reconciler/model/json.ts';
import { systemClock, type Clock } from '../../reconciler/model/clock.ts';
import type { Inventory } from '../../reconciler/model/resource.ts';
import type { ObjectStatus } from '../../reconciler/model/status.ts';
import { InventoryBuilder } from '../../reconciler/source/inventory/inventory-builder.ts';
import { keys } from '../../reconciler/store/keys.ts';
import type { RevisionRecord } from '../../reconciler/store/records.ts';
import type { StateStore } from '../../reconciler/store/state-store.ts';
import { FleetCache } from '../../reconciler/view/fleet-cache.ts';
import type { ViewContext } from '../../reconciler/view/http/context.ts';
import type { BranchPlan, RevisionEntry } from '../../reconciler/view/http/git-reading.ts';
import { StoreView } from '../../reconciler/view/store-view.ts';
import { eventually } from './eventually.ts';
import { commitFiles, type Files } from './inventory.ts';
import { silentLog } from './silent-log.ts';
import { fakeHex, metaRecord, revisionRecord } from './statuses.ts';
import { temporaryStore } from './temporary-store.ts';

export interface DashboardWorldOptions {
  /** Documents of the config repository by path. */
  files?: Files;
  statuses?: readonly ObjectStatus[];
  revision?: Partial<RevisionRecord>;
  revisions?: RevisionEntry[];
  plan?: (branch: string) => BranchPlan | undefined;
  clock?: Clock;
}

/** Everything that the dashboard reads from, on an embedded store of its own. */
export interface DashboardWorld {
  context: ViewContext;
  store: StateStore;
  /** Writes statuses as a daemon would, and waits until the view knows. */
  put(statuses: readonly ObjectStatus[]): Promise<void>;
  write(key: string, value: unknown): Promise<void>;
  close(): Promise<void>;
}

export async function dashboardWorld(options: DashboardWorldOptions = {}): Promise<DashboardWorld> {
  const { store, remove } = await temporaryStore();
  const clock = options.clock ?? systemClock;
  const stop = new AbortController();
  const cache = new FleetCache({ store, clock });
  const revisions = options.revisions ?? [];
  const write = async (key: string, value: unknown): Promise<void> => {
    await store.commit([{ put: key, value: value as Json }]);
  };
  const put: DashboardWorld['put'] = async (statuses) => {
    const result = await store.commit(
      statuses.map((status) => ({ put: keys.object(status.key), value: status as unknown as Json })),
    );
    const last = statuses.at(-1);
    if (result.ok && last) await eventually(() => (cache.get(last.key)?.revision ?? 0) >= result.revision);
  };
  await write(keys.meta, metaRecord());
  await write(keys.revision, revisionRecord(options.revision));
  const running = cache.run(stop.signal);
  await eventually(() => cache.ready);
  await put(options.statuses ?? []);
  const context: ViewContext = {
    fleet: 'prod',
    store,
    view: new StoreView({ store, fleet: 'prod', clock, daemonLease: 'daemon' }),
    cache,
    desired: { inventory: inventoryOf(options.files ?? {}) },
    plans: { plan: async (branch) => options.plan?.(branch) },
    revisions: {
      list: async ({ limit, before }) => {
        const from = before === undefined ? 0 : revisions.findIndex(({ commit }) => commit === before) + 1;
        return revisions.slice(from, from + limit);
      },
      get: async (commit) => revisions.find((entry) => entry.commit === commit),
    },
    clock,
    log: silentLog,
    stopping: stop.signal,
  };
  return {
    context,
    store,
    put,
    write,
    async close() {
      stop.abort();
      await running;
      await remove();
    },
  };
}

function inventoryOf(files: Files): Inventory {
  const builder = new InventoryBuilder();
  return commitFiles(builder, fakeHex('commit', 40), files).inventory;
}
