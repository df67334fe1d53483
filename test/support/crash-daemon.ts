import { join } from 'node:path';
import type * as Load from '../../reconciler/config/load.ts';
import type * as Main from '../../reconciler/main.ts';
import type * as OpenStore from '../../reconciler/store/open-store.ts';
import { crashingStore } from './crashing-store.ts';
import type { CrashPlan } from './crashing-store.ts';

/*
 * The real daemon, as `intendant run` starts it, over a store that ends its own process at a planned moment. Started by
 * `startCrashDaemon`: arguments are the folder of the compiled rooms (they are used as they are shipped), the configuration
 * file and the plan as JSON (or `null`).
 */
const [rooms = '', file = '', planned = 'null'] = process.argv.slice(2);
const dist = (path: string): string => join(rooms, path);
const { startReconciler } = (await import(dist('main.js'))) as typeof Main;
const { loadDaemonConfig } = (await import(dist('config/load.js'))) as typeof Load;
const { openStore } = (await import(dist('store/open-store.js'))) as typeof OpenStore;

const plan = JSON.parse(planned) as CrashPlan | null;
const stop = new AbortController();
process.on('SIGTERM', () => stop.abort());

const say = (fields: Record<string, unknown>, message: string): void => {
  const error = fields.err instanceof Error ? { err: fields.err.message } : {};
  process.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), ...fields, ...error, msg: message })}\n`);
};
const config = await loadDaemonConfig({
  file,
  flags: {},
  environment: process.env,
  workingFolder: process.cwd(),
  defaultState: '/nonexistent',
});
const running = await startReconciler(config, {
  log: { info: say, warn: say },
  signal: stop.signal,
  async openStore(settings, options) {
    const store = await openStore(settings, options);
    return plan ? crashingStore(store, plan, () => process.kill(process.pid, plan.signal ?? 'SIGKILL')) : store;
  },
});
await running.done;
