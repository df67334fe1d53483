import type { HostEvent } from '../../reconciler/demo/record.ts';
import { reviewOperation, type OperationReview } from '../../reconciler/kinds/operation/review.ts';
import { systemClock } from '../../reconciler/model/clock.ts';
import { Transient } from '../../reconciler/model/errors.ts';
import { keyOf, splitKey, type Inventory, type ResourceKey } from '../../reconciler/model/resource.ts';
import type { ObjectStatus } from '../../reconciler/model/status.ts';
import { parseObject } from '../../reconciler/status/parse-object.ts';
import { objectPath } from '../../reconciler/status/layout.ts';
import { RESTART_NAME, RESTART_PATH, restartDocument } from './documents.ts';
import type { ShownCommit } from './repository.ts';
import { restartRows, type RestartRow } from './restart-view.ts';
import { writeFiles, type DemoWorld } from './world.ts';

/** Longest wait for any one thing of the demo, in milliseconds. */
const PATIENCE_MS = 60_000;
const LOOK_MS = 50;

/** What the running daemon has said so far: objects by key, kept up to date. */
export type Statuses = ReadonlyMap<ResourceKey, ObjectStatus>;

const RESTART_KEY: ResourceKey = keyOf('Operation', RESTART_NAME);

/** Waits until every host that is not in maintenance is active. */
export async function waitForHosts(inventory: Inventory, statuses: Statuses, signal: AbortSignal): Promise<void> {
  const hosts = inventory.keys('Host');
  await until(
    () => hosts.every((key) => isSettled(statuses.get(key))),
    () => `the hosts to become active; not yet: ${hosts.filter((key) => !isSettled(statuses.get(key))).join(', ')}`,
    signal,
  );
}

/** The cluster with the most hosts; of equals the first by name. */
export function largestCluster(inventory: Inventory): string {
  const sizes = inventory.keys('Cluster').map((key) => ({
    name: splitKey(key).name,
    hosts: inventory.dependents(key).filter((dependent) => dependent.startsWith('Host/')).length,
  }));
  const [largest] = sizes.sort((a, b) => b.hosts - a.hosts || (a.name < b.name ? -1 : 1));
  if (largest !== undefined && largest.hosts > 0) return largest.name;
  throw new Transient('The example repository holds no cluster with hosts.', { code: 'DEMO_EMPTY' });
}

/** Pushes the rolling restart and answers what it will do. */
export async function pushRestart(
  world: DemoWorld,
  cluster: string,
  readInventory: (folder: string) => Promise<Inventory>,
): Promise<{ commit: string; review: OperationReview }> {
  const files = new Map([[RESTART_PATH, restartDocument(cluster)]]);
  await writeFiles(world.checkout, files);
  const inventory = await readInventory(world.checkout);
  const resource = inventory.get(keyOf('Operation', RESTART_NAME));
  if (resource === undefined)
    throw new Transient('The restart of the demo is not in the repository.', { code: 'DEMO_EMPTY' });
  const review = reviewOperation(resource, inventory, () => undefined, Date.now());
  const commit = await world.repository.push(files, `Restart ${cluster}, one host first`);
  return { commit, review };
}

/** Follows the restart until it has ended; `show` is called whenever something may have changed. */
export async function followRestart(
  world: DemoWorld,
  review: OperationReview,
  statuses: Statuses,
  show: (rows: RestartRow[]) => void,
  signal: AbortSignal,
): Promise<ObjectStatus> {
  const before = (await world.fleet.records()).length;
  const events: HostEvent[] = [];
  const done = (): ObjectStatus | undefined => {
    const status = statuses.get(RESTART_KEY);
    return status !== undefined && ['Succeeded', 'Failed', 'Cancelled'].includes(status.status) ? status : undefined;
  };
  let reported: ObjectStatus | undefined;
  await until(
    async () => {
      reported = done();
      events.push(...(await world.fleet.control.records(undefined, before + events.length)));
      show(restartRows(review.batches, events, statuses.get(RESTART_KEY)));
      return reported !== undefined;
    },
    () => `the restart to end; it is ${statuses.get(RESTART_KEY)?.status ?? 'not begun'}`,
    signal,
  );
  return reported!;
}

/** Waits for the commit of the status branch that holds the restart's end, and answers it with the operation's file. */
export async function waitForStatusCommit(
  world: DemoWorld,
  branch: string,
  ended: ObjectStatus,
  signal: AbortSignal,
): Promise<{ commit: ShownCommit; path: string; file: string }> {
  const path = objectPath(RESTART_KEY);
  let found: { commit: ShownCommit; path: string; file: string } | undefined;
  await until(
    async () => {
      const commit = await world.repository.newest(branch);
      const file = commit && (await world.repository.read(commit.oid, path));
      if (commit && file !== undefined && parseObject(path, file).status === ended.status)
        found = { commit, path, file };
      return found !== undefined;
    },
    () => `a commit on ${branch}`,
    signal,
  );
  return found!;
}

function isSettled(status: ObjectStatus | undefined): boolean {
  return status?.status === 'active' || status?.detail['maintenance'] === true;
}

async function until(holds: () => boolean | Promise<boolean>, what: () => string, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    signal.throwIfAborted();
    if (await holds()) return;
    if (performance.now() > deadline) {
      throw new Transient(`The demo waited ${PATIENCE_MS / 1000} s in vain for ${what()}.`, { code: 'DEMO_STUCK' });
    }
    await systemClock.sleep(LOOK_MS, signal);
  }
}
