import { startReconciler, type RunningReconciler } from '../../reconciler/main.ts';
import type { FleetSpec } from '../../schema/generated/types.ts';
import { Transient } from '../../reconciler/model/errors.ts';
import type { Inventory, ResourceKey } from '../../reconciler/model/resource.ts';
import type { ObjectStatus } from '../../reconciler/model/status.ts';
import { renderPlan } from '../../reconciler/view/plan-text.ts';
import type { Log } from '../output/log.ts';
import type { Paint } from '../output/paint.ts';
import { RESTART_PATH } from './documents.ts';
import { followRestart, largestCluster, pushRestart, waitForHosts, waitForStatusCommit } from './scenario.ts';
import type { Stage } from './stage.ts';
import { createWorld, type DemoWorld } from './world.ts';

/** Lines of the operation's file that are shown. */
const MOST_LINES = 60;

export interface DemoOptions {
  examples: string;
  addHosts: number;
  rebootMs: number;
  /** Called when all has been shown and before anything is taken away; the demo goes on until it resolves. */
  keep?: (world: DemoWorld, running: RunningReconciler) => Promise<void>;
  readInventory: (folder: string) => Promise<Inventory>;
  stage: Stage;
  paint: Paint;
  log: Log;
  signal: AbortSignal;
}

/** What the demo came to. */
export interface DemoReport {
  hosts: number;
  cluster: string;
  batches: string[][];
  /** The restart's last word: `Succeeded`. */
  result: string;
  statusCommit: { oid: string; message: string; path: string };
}

/** The whole story, with the real daemon on simulated hosts. Whatever happens, what was started is ended. */
export async function runDemo(options: DemoOptions): Promise<DemoReport> {
  const { stage } = options;
  const over = new AbortController();
  const signal = AbortSignal.any([options.signal, over.signal]);
  stage.act('A config repository from examples-repo, and a simulated host for each one in it');
  const world = await createWorld(options);
  const statuses = new Map<ResourceKey, ObjectStatus>();
  try {
    stage.say(
      `repository ${world.repository.gitdir}\nhosts      ${world.fleet.addresses.size}, over SSH in process ${world.fleet.pid}`,
    );
    stage.act('The daemon starts, reads the repository and looks at every host');
    const running = await startReconciler(world.config, {
      log: options.log,
      onStatus: (key, status) => void (status ? statuses.set(key, status) : statuses.delete(key)),
    });
    stage.say(`view       ${running.viewUrl}`);
    try {
      return await Promise.race([story(world, statuses, { ...options, signal }, running), endOf(running)]);
    } finally {
      over.abort();
      await running.stop();
    }
  } finally {
    await world.close();
  }
}

/** Rejects when the daemon ends before the story does, with its reason. */
async function endOf(running: RunningReconciler): Promise<never> {
  await running.done;
  throw new Transient('The daemon of the demo ended too early.', { code: 'DEMO_STUCK' });
}

async function story(
  world: DemoWorld,
  statuses: ReadonlyMap<ResourceKey, ObjectStatus>,
  options: DemoOptions,
  running: RunningReconciler,
): Promise<DemoReport> {
  const { stage, signal, paint, readInventory } = options;
  await waitForHosts(world.inventory, statuses, signal);
  stage.say(`${world.inventory.keys('Host').length} hosts are active`);

  const cluster = options.addHosts > 0 ? 'simulated' : largestCluster(world.inventory);
  const { commit, review } = await pushRestart(world, cluster, readInventory);
  stage.act(`git push: ${RESTART_PATH} (${commit.slice(0, 7)})`);
  stage.say(renderPlan([{ symbol: '+', key: `Operation/${review.name}`, lines: [] }], [review], paint));

  stage.act('The rolling restart, as the hosts themselves record it');
  const ended = await followRestart(world, review, statuses, (rows) => stage.restart(rows), signal);
  stage.say(`the operation has ${ended.status}`);

  const branch = statusBranch(world.inventory);
  const { commit: status, path, file } = await waitForStatusCommit(world, branch, ended, signal);
  stage.act(`The outcome comes back as a commit on ${branch} (${status.oid.slice(0, 7)})`);
  stage.say(
    `${paint('quiet', status.author)}\n${status.message.trimEnd()}\n\n${paint('strong', path)}\n${excerpt(file)}`,
  );

  await options.keep?.(world, running);
  return {
    hosts: world.inventory.keys('Host').length,
    cluster,
    batches: review.batches,
    result: ended.status,
    statusCommit: { oid: status.oid, message: status.message, path },
  };
}

/** The beginning of a file; of a large fleet it is long. */
function excerpt(text: string): string {
  const lines = text.trimEnd().split('\n');
  const rest = lines.length - MOST_LINES;
  return rest <= 0 ? lines.join('\n') : [...lines.slice(0, MOST_LINES), `# and ${rest} more lines`].join('\n');
}

function statusBranch(inventory: Inventory): string {
  const [key] = inventory.keys('Fleet');
  const spec = key === undefined ? undefined : (inventory.get(key)?.spec as FleetSpec | undefined);
  return spec?.status?.branch ?? 'intendant/status';
}
