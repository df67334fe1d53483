import { Hono } from 'hono';
import { sameJson, type Json } from '../../reconciler/model/json.ts';
import type { Inventory } from '../../reconciler/model/resource.ts';
import type { ObjectStatus } from '../../reconciler/model/status.ts';
import { InventoryBuilder } from '../../reconciler/source/inventory/inventory-builder.ts';
import { CommitInventory } from '../../reconciler/source/inventory/inventory.ts';
import { keys } from '../../reconciler/store/keys.ts';
import type { StateStore, Write } from '../../reconciler/store/state-store.ts';
import { FleetCache } from '../../reconciler/view/fleet-cache.ts';
import type { ViewContext, ViewEnv } from '../../reconciler/view/http/context.ts';
import type { BranchPlan, RevisionEntry } from '../../reconciler/view/http/git-reading.ts';
import type { Peer } from '../../reconciler/view/http/peer.ts';
import type { Principal } from '../../reconciler/view/http/principal.ts';
import { StoreView } from '../../reconciler/view/store-view.ts';
import { eventually } from './eventually.ts';
import { ManualClock } from './manual-clock.ts';
import { commitFiles, type Files } from './inventory.ts';
import { silentLog } from './silent-log.ts';
import { temporaryStore } from './temporary-store.ts';

/** Who asks, where a test does not say. */
const VIEWER: Principal = { name: 'jo', roles: ['viewer'], by: 'basic' };

/** What the parts of the HTTP view read from, on a real store, with a repository and a history that a test writes. */
export class ViewWorld {
  readonly store: StateStore;
  readonly cache: FleetCache;
  readonly clock = new ManualClock('2026-01-02T03:04:05Z');
  readonly plans = new Map<string, BranchPlan>();
  /** Newest first. */
  readonly revisions: RevisionEntry[] = [];
  readonly context: ViewContext;
  principal: Principal = VIEWER;
  peer: Peer | undefined;
  /** What the desired side shows. */
  inventory: Inventory = CommitInventory.EMPTY;
  readonly #builder = new InventoryBuilder();
  readonly #stop = new AbortController();
  readonly #remove: () => Promise<void>;
  #following: Promise<void> = Promise.resolve();
  #commits = 0;

  private constructor(store: StateStore, remove: () => Promise<void>) {
    this.store = store;
    this.#remove = remove;
    this.cache = new FleetCache({ store, clock: this.clock });
    // eslint-disable-next-line @typescript-eslint/no-this-alias -- a getter below reads what the test has set last
    const world = this;
    this.context = {
      fleet: 'prod',
      store,
      view: new StoreView({ store, fleet: 'prod', clock: this.clock, daemonLease: 'daemon' }),
      cache: this.cache,
      desired: {
        get inventory() {
          return world.inventory;
        },
      },
      plans: { plan: async (branch) => this.plans.get(branch) },
      revisions: {
        list: async ({ limit, before }) => {
          const from = before === undefined ? 0 : this.revisions.findIndex(({ commit }) => commit === before) + 1;
          return this.revisions.slice(from, from + limit);
        },
        get: async (commit) => this.revisions.find((entry) => entry.commit === commit),
      },
      clock: this.clock,
      log: silentLog,
      stopping: this.#stop.signal,
    };
  }

  /** A world whose cache has read the (empty) store, unless it is told to wait. */
  static async start({ follow = true } = {}): Promise<ViewWorld> {
    const { store, remove } = await temporaryStore();
    const world = new ViewWorld(store, remove);
    if (follow) await world.follow();
    return world;
  }

  /** Lets the cache read and follow the store. */
  async follow(): Promise<void> {
    this.#following = this.cache.run(this.#stop.signal);
    await eventually(() => this.cache.ready);
  }

  /** A commit that changed these files of the config repository. */
  commit(files: Files): void {
    this.#commits += 1;
    const { inventory } = commitFiles(this.#builder, `c${this.#commits}`.padEnd(40, '0'), files);
    this.inventory = inventory;
  }

  /** Writes statuses, and waits until the cache shows them. */
  async put(...statuses: readonly ObjectStatus[]): Promise<void> {
    await this.write(statuses.map((status) => [keys.object(status.key), status]));
    const last = statuses.at(-1);
    if (last) await eventually(() => sameJson(this.cache.get(last.key)?.status, last));
  }

  /** Removes the status of an object, and waits until the cache shows that. */
  async remove(key: ObjectStatus['key']): Promise<void> {
    await this.store.commit([{ delete: keys.object(key) }]);
    await eventually(() => this.cache.get(key) === undefined);
  }

  /** Writes any keys of the store. */
  async write(entries: readonly (readonly [key: string, value: unknown])[]): Promise<void> {
    const writes: Write[] = entries.map(([put, value]) => ({
      put,
      value: JSON.parse(JSON.stringify(value)) as Json,
    }));
    await this.store.commit(writes);
  }

  /** Parts under the paths at which the server has them, with what its middleware leaves for them. */
  app(parts: Readonly<Record<string, (context: ViewContext) => Hono<ViewEnv>>>): Hono<ViewEnv> {
    const app = new Hono<ViewEnv>();
    app.use('*', async (c, next) => {
      c.set('principal', this.principal);
      if (this.peer) c.set('peer', this.peer);
      await next();
    });
    for (const [path, part] of Object.entries(parts)) app.route(path, part(this.context));
    return app;
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#following;
    await this.#remove();
  }
}
