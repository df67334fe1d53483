import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitForHosts } from '../../cli/demo/scenario.ts';
import { createWorld, type DemoWorld } from '../../cli/demo/world.ts';
import { readRepository } from '../../cli/read-repository.ts';
import { DAEMON_LEASE, startReconciler, type RunningReconciler } from '../../reconciler/main.ts';
import { systemClock } from '../../reconciler/model/clock.ts';
import type { Inventory, ResourceKey } from '../../reconciler/model/resource.ts';
import type { ObjectStatus } from '../../reconciler/model/status.ts';
import { openStore } from '../../reconciler/store/open-store.ts';
import type { StateStore } from '../../reconciler/store/state-store.ts';
import { FleetCache } from '../../reconciler/view/fleet-cache.ts';
import type { ViewContext } from '../../reconciler/view/http/context.ts';
import { StoreView } from '../../reconciler/view/store-view.ts';
import { silentLog } from './silent-log.ts';

const EXAMPLES = join(import.meta.dirname, '../../examples-repo');
const PROFILE = `apiVersion: intendant/v1
kind: HostProfile
metadata:
  name: node
spec:
  files:
    - { path: /etc/motd, content: "looked after\\n" }
`;

/** A running demo fleet: the real daemon on simulated hosts, and what the dashboard of it reads from. */
export interface DemoDashboard {
  world: DemoWorld;
  statuses: ReadonlyMap<ResourceKey, ObjectStatus>;
  context: ViewContext;
  readInventory: (folder: string) => Promise<Inventory>;
  /** Pushes files, and has the daemon look at once. */
  push(files: Record<string, string>, message: string): Promise<void>;
  hint(): void;
  stop(): Promise<void>;
}

/** Starts it on the examples, with checks every second and a profile for the databases, and waits until all hosts are active. */
export async function startDemoDashboard(signal: AbortSignal): Promise<DemoDashboard> {
  const folder = await mkdtemp(join(tmpdir(), 'dashboard-'));
  const examples = join(folder, 'examples');
  await cp(EXAMPLES, examples, { recursive: true });
  await edit(join(examples, 'fleet.yaml'), (text) =>
    text.replace('interval: 60s', 'interval: 1s\n    timeout: 2s').replace('spec:\n', 'spec:\n  retryInterval: 1s\n'),
  );
  await edit(join(examples, 'clusters/db.yaml'), (text) =>
    text.replace('spec:\n', 'spec:\n  hostProfile: node\n').replace('minHealthyTime: 30s', 'minHealthyTime: 0s'),
  );
  await writeFile(join(examples, 'profiles/node.yaml'), PROFILE);
  const readInventory = async (path: string): Promise<Inventory> => (await readRepository(path, signal)).inventory;
  const world = await createWorld({ examples, addHosts: 0, rebootMs: 1500, readInventory });
  const statuses = new Map<ResourceKey, ObjectStatus>();
  const stopping = new AbortController();
  let store: StateStore | undefined;
  const running: RunningReconciler = await startReconciler(world.config, {
    log: silentLog,
    onStatus: (key, status) => void (status ? statuses.set(key, status) : statuses.delete(key)),
    openStore: async (config, options) => (store = await openStore(config, options)),
  });
  const cache = new FleetCache({ store: store!, clock: systemClock });
  const following = cache.run(stopping.signal);
  const desired = { inventory: world.inventory };
  const context: ViewContext = {
    fleet: 'demo',
    store: store!,
    view: new StoreView({ store: store!, fleet: 'demo', clock: systemClock, daemonLease: DAEMON_LEASE }),
    cache,
    desired,
    plans: { plan: async () => undefined },
    revisions: { list: async () => [], get: async () => undefined },
    clock: systemClock,
    log: silentLog,
    stopping: stopping.signal,
  };
  const demo: DemoDashboard = {
    world,
    statuses,
    context,
    readInventory,
    async push(files, message) {
      await world.repository.push(new Map(Object.entries(files)), message);
      running.hint();
    },
    hint: () => running.hint(),
    async stop() {
      stopping.abort();
      await following;
      await running.stop();
      await world.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
  await waitForHosts(world.inventory, statuses, signal).catch(async (error: unknown) => {
    await demo.stop();
    throw error;
  });
  return demo;
}

async function edit(path: string, change: (text: string) => string): Promise<void> {
  await writeFile(path, change(await readFile(path, 'utf8')));
}
