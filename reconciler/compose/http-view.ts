import { basename } from 'node:path';
import { allKinds } from '../../schema/registry.ts';
import type { DaemonConfig, ViewConfig } from '../config/daemon-config.ts';
import type { KindLog } from '../kinds/context.ts';
import type { Clock } from '../model/clock.ts';
import { keyOf, type Inventory } from '../model/resource.ts';
import { VERSION } from '../model/version.ts';
import type { StateStore } from '../store/state-store.ts';
import { apiV0 } from '../view/api-v0/routes.ts';
import { apiV1 } from '../view/api-v1/routes.ts';
import { dashboard } from '../view/dashboard/dashboard.tsx';
import type { Desired } from '../view/desired.ts';
import { EventLog } from '../view/events/event-log.ts';
import { events } from '../view/events/events.ts';
import { followHalt } from '../view/events/follow-halt.ts';
import { tellViewEvent } from '../view/events/tell-view-event.ts';
import { FleetCache } from '../view/fleet-cache.ts';
import { BranchPlans } from '../view/git/branch-plans.ts';
import { CommitLog } from '../view/git/commit-log.ts';
import { FollowedDesired } from '../view/git/followed-desired.ts';
import { hookRoutes } from '../view/hook/hook.ts';
import { viewApp, type ViewParts } from '../view/http/app.ts';
import type { ViewContext } from '../view/http/context.ts';
import { serveView } from '../view/http/server.ts';
import { isFinishedIn } from '../view/make-plan.ts';
import { Metrics } from '../view/metrics/metrics.ts';
import { metrics } from '../view/metrics/metrics-routes.ts';
import { watchRequests, watchSignIns, watchStreams } from '../view/metrics/watches.ts';
import { buildSignIn } from '../view/sign-in/build-sign-in.ts';
import type { StoreView } from '../view/store-view.ts';
import { hostCredentials } from './host-credentials.ts';
import { openConfigClone } from './open-git.ts';
import { openViewEvents } from './view-events.ts';

export interface HttpViewOptions {
  config: DaemonConfig;
  view: ViewConfig;
  store: StateStore;
  storeView: StoreView;
  clock: Clock;
  log: KindLog;
  /**
   * What should be, as this process knows it while it acts for the fleet; undefined while it does not. Without it, and meanwhile, it is
   * read from git, in the view's own clone.
   */
  inventory?: () => Inventory | undefined;
  /** Look at the config repository now. Called by the webhook. */
  hint: () => void;
  /** What this process counts already. Absent: what the view counts, and nothing else. */
  metrics?: Metrics | undefined;
  /** Folder of the view's own clone. No other process may use it. */
  folder: string;
}

export interface HttpView {
  /** As it listens: `http://127.0.0.1:8000`. */
  url: string;
  /** Ends streams and connections, and everything that was opened for the view. Not the store. */
  close(): Promise<void>;
}

/** So long a daemon that does not act yet waits before it reads git beside the one that does, in milliseconds. */
const PATIENCE_MS = 10_000;

/** Serves the view: in the daemon, or alone beside it. Throws InvalidInput `VIEW_LISTEN`, `VIEW_TLS`, and what sign-in throws. */
export async function openHttpView(options: HttpViewOptions): Promise<HttpView> {
  const { config, view, store, storeView, clock, log } = options;
  const stop = new AbortController();
  const stopping = stop.signal;
  const cache = new FleetCache({ store, clock });
  const gathered = options.metrics ?? newMetrics();
  // Its own: what is proposed never stands in the way of what is in effect.
  const git = openConfigClone(config, {
    folder: options.folder,
    clock,
    onProblem: (reason) => log.warn({ reason }, 'parse cache of the view'),
    meter: gathered,
  });
  const { source } = git;
  const own = options.inventory ?? ((): undefined => undefined);
  const isFinished = (name: string): boolean => {
    const known = cache.get(keyOf('Operation', name));
    return known !== undefined && isFinishedIn([known.status])(name);
  };
  const isWanted = (): boolean => cache.ready && own() === undefined;
  const followed = new FollowedDesired({ store, source, isFinished, isWanted, clock, log });
  const desired: Desired = {
    get inventory() {
      return own() ?? followed.inventory;
    },
    get behind() {
      return own() ? undefined : followed.behind;
    },
  };
  const eventLog = new EventLog({ clock });
  eventLog.attach(cache);
  // Views that run alone may share the state folder with a daemon: each writes a file of its own.
  const written = openViewEvents({
    state: config.state,
    name: options.inventory ? 'view' : `view-${basename(options.folder)}`,
    log,
  });
  const context: ViewContext = {
    fleet: config.fleet,
    store,
    view: storeView,
    cache,
    desired,
    plans: new BranchPlans({ source, store, cache, clock, stopping }),
    revisions: new CommitLog({ source, store, stopping }),
    readCredentials: hostCredentials({ identities: config.ssh.identities, inventory: () => desired.inventory }),
    async recordEvent(event) {
      await written.record(event);
      tellViewEvent(eventLog, event);
    },
    clock,
    log,
    stopping,
  };
  const background: Promise<void>[] = [];
  const close = async (): Promise<void> => {
    stop.abort(new Error('the view stops'));
    await Promise.allSettled([...background, written.close()]);
    await git.close();
  };
  try {
    const parts = await partsOf(options, context, eventLog, gathered);
    const app = viewApp(context, { parts, onRequest: watchRequests(gathered) });
    const { address, port, tls, trustedProxies } = view;
    const server = await serveView({ app, address, port, tls, trustedProxies, clock, log });
    background.push(cache.run(stopping), followHalt(store, eventLog, clock, stopping));
    // A daemon knows it itself, as soon as it acts.
    const patience = options.inventory ? clock.sleep(PATIENCE_MS, stopping).catch(() => undefined) : Promise.resolve();
    background.push(patience.then(() => followed.run(stopping)));
    log.info({ url: server.url, signIn: view.signIn !== undefined }, 'the view is served');
    return {
      url: server.url,
      async close() {
        stop.abort(new Error('the view stops'));
        await server.close();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Every metric, at zero: for a process that counts more than its view. */
export function newMetrics(): Metrics {
  return new Metrics({ kinds: allKinds().map(({ kind }) => kind), version: VERSION });
}

async function partsOf(
  options: HttpViewOptions,
  context: ViewContext,
  eventLog: EventLog,
  gathered: Metrics,
): Promise<ViewParts> {
  const { view, clock, log, hint } = options;
  const counter = watchSignIns(gathered);
  return {
    apiV0: apiV0(context),
    apiV1: apiV1(context),
    events: events(context, eventLog, { watch: watchStreams(gathered) }),
    metrics: metrics(context, gathered),
    dashboard: dashboard(context),
    ...(view.signIn && { signIn: await buildSignIn(view.signIn, { clock, log, counter }) }),
    ...(view.hook && { hook: hookRoutes({ settings: view.hook, hint, log }) }),
  };
}
