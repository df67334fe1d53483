import { join } from 'node:path';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import type * as OpenGit from '../../reconciler/compose/open-git.ts';
import type { DaemonConfig } from '../../reconciler/config/daemon-config.ts';
import type { LiveStore } from '../../reconciler/engine/live-store.ts';
import type * as Keeper from '../../reconciler/engine/revision-keeper.ts';
import type * as Review from '../../reconciler/kinds/operation/review.ts';
import type * as Clock from '../../reconciler/model/clock.ts';
import type { Json } from '../../reconciler/model/json.ts';

/*
 * What the daemon does before it can plan, in a process of its own on the compiled rooms: a loader's own work would count
 * as a block of the loop. Arguments: the compiled rooms, the daemon's configuration as JSON, the number of hosts that the plan
 * must have. For each line on standard input (a commit to take up; empty: start anew from what is on disk) it says as a
 * line of JSON how many milliseconds it took, and the longest block of the loop.
 */
const [rooms = '', settings = '{}', planned = '0'] = process.argv.slice(2);
const dist = (path: string): string => join(rooms, path);
const { openGit } = (await import(dist('compose/open-git.js'))) as typeof OpenGit;
const { RevisionKeeper } = (await import(dist('engine/revision-keeper.js'))) as typeof Keeper;
const { reviewOperation } = (await import(dist('kinds/operation/review.js'))) as typeof Review;
const { systemClock } = (await import(dist('model/clock.js'))) as typeof Clock;

const config = JSON.parse(settings) as DaemonConfig;
const never = new AbortController().signal;
const quiet = { info: () => undefined, warn: () => undefined };
const entries = new Map<string, Json>();
const live: LiveStore = {
  get: (key) => entries.get(key),
  entry: () => undefined,
  list: () => [],
  async commit(writes) {
    for (const write of writes) if ('put' in write) entries.set(write.put, write.value);
    return { ok: true, revision: 1 };
  },
};

function start() {
  const git = openGit(config, systemClock, (message) => {
    throw new Error(message);
  });
  return {
    git,
    keeper: new RevisionKeeper({ source: git.source, live, branch: 'main', clock: systemClock, log: quiet }),
  };
}

let started: ReturnType<typeof start> | undefined;
const delay = monitorEventLoopDelay({ resolution: 1 });

async function toPlan(commit: string): Promise<void> {
  if (commit === '') {
    started = start();
    await started.keeper.restore(never);
  }
  const { git, keeper } = started!;
  await keeper.advance(commit === '' ? (await git.source.tip(never))! : commit, never);
  const resource = keeper.inventory.get('Operation/restart-c1');
  const review = resource && reviewOperation(resource, keeper.inventory, () => undefined, Date.now());
  if (review?.hosts.length !== Number(planned))
    throw new Error(`planned ${review?.hosts.length} hosts, not ${planned}`);
}

process.stdin.setEncoding('utf8');
let rest = '';
for await (const chunk of process.stdin) {
  rest += String(chunk);
  for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n')) {
    const commit = rest.slice(0, end);
    rest = rest.slice(end + 1);
    if (commit === '') await started?.git.close();
    delay.enable();
    delay.reset();
    const since = performance.now();
    await toPlan(commit);
    const ms = performance.now() - since;
    // A block that has just ended is seen at the next tick.
    await new Promise((resolve) => setTimeout(resolve, 5));
    delay.disable();
    process.stdout.write(`${JSON.stringify({ ms, blockMs: delay.max / 1e6 })}\n`);
  }
}
await started?.git.close();
