import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { HttpView } from './compose/http-view.ts';
import { leaseLost } from './compose/lease-lost.ts';
import { runSession } from './compose/session.ts';
import { Standing } from './compose/standing.ts';
import type { DaemonConfig } from './config/daemon-config.ts';
import { pullBrake } from './engine/halt-key.ts';
import type { KindLog } from './kinds/context.ts';
import { systemClock, type Clock } from './model/clock.ts';
import { asIntendantError, Transient } from './model/errors.ts';
import type { Meter } from './model/meter.ts';
import type { Inventory, ResourceKey } from './model/resource.ts';
import type { ObjectStatus } from './model/status.ts';
import { VERSION } from './model/version.ts';
import { DAEMON_LEASE } from './store/daemon-lease.ts';
import { memberName } from './store/member.ts';
import { meteredStore } from './store/metered-store.ts';
import { openStore } from './store/open-store.ts';
import type { StateStore } from './store/state-store.ts';
import { socketPath } from './view/socket-path.ts';
import { serveSocket } from './view/socket-server.ts';
import { StoreView } from './view/store-view.ts';

export { DAEMON_LEASE } from './store/daemon-lease.ts';
export type { DaemonConfig } from './config/daemon-config.ts';
export type { Authenticator, AuthenticatorModule } from './view/sign-in/authenticator.ts';

/** How long a dead daemon keeps others waiting, in milliseconds. The event loop of a live one may stall for a while. */
const LEASE_MS = 30_000;
/** Between two tries to become the fleet's daemon again after the store was away, in milliseconds. */
const PAUSE_MS = 2000;

export interface StartOptions {
  log: KindLog;
  /** Converge and end: `done` resolves when nothing moves any more. */
  once?: boolean;
  signal?: AbortSignal;
  /** Told of every change of an object's status, as it is written. */
  onStatus?: (key: ResourceKey, status: ObjectStatus | undefined) => void;
  clock?: Clock;
  /** Counts what happens. Default: nobody asks. */
  meter?: Meter;
  /** Pull the brake before any step, unless it is pulled already: who does it. `intendant resume-all` lifts it. */
  paused?: string;
  /**
   * Opens the live state in place of `store/open-store.ts`: for tests that stand between the daemon and its store. What it
   * gives is closed by the daemon.
   */
  openStore?: (config: DaemonConfig, options: { clock: Clock }) => Promise<StateStore>;
}

export interface RunningReconciler {
  /** Resolves when it has ended: stopped, or converged. Rejects on what a person must mend. */
  done: Promise<void>;
  /** Ends it: steps in hand have `DaemonConfig.drainMs`, then they are left to be re-attached. Resolves when everything is closed. */
  stop(): Promise<void>;
  /** Look at the config repository now. */
  hint(): void;
  /** The daemon's unix socket. */
  socketPath: string;
  /** Where the view over HTTP listens; absent where the configuration has none, or with `once`. */
  viewUrl?: string;
}

/**
 * Starts the daemon: opens the store, waits for the fleet's lease, and then works until it is stopped. When the lease is lost
 * or the store goes away it stops acting and tries to become the fleet's daemon again.
 */
export async function startReconciler(config: DaemonConfig, options: StartOptions): Promise<RunningReconciler> {
  const clock = options.clock ?? systemClock;
  const { log } = options;
  const stopping = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, stopping.signal]) : stopping.signal;
  await mkdir(config.state, { recursive: true, mode: 0o700 });
  let { paused } = options;
  let hint = (): void => undefined;
  const served = options.once ? undefined : config.view;
  // What serves the view is large: only where there is one.
  const http = served && (await import('./compose/http-view.ts'));
  const metrics = http?.newMetrics();
  const meter = options.meter ?? metrics;
  const opened = await (options.openStore ?? openStore)(config, { clock });
  const store = meter ? meteredStore(opened, meter) : opened;
  const path = socketPath(config.state);
  const holder = await memberName(config.state);
  const view = new StoreView({ store, fleet: config.fleet, clock, daemonLease: DAEMON_LEASE });
  const standing = new Standing({ store, lease: DAEMON_LEASE, holder, clock, log });
  const socket = await serveSocket({
    path,
    store,
    view,
    fleet: config.fleet,
    clock,
    holder,
    hint: () => hint(),
    standing,
  }).catch(async (error: unknown) => {
    await store.close();
    throw error;
  });

  let inventory = (): Inventory | undefined => undefined;
  /** Beside the socket: it answers also while this daemon waits for the lease, or for its store. */
  const openView = async (): Promise<HttpView | undefined> => {
    if (!served || !http) return undefined;
    const folder = join(config.state, 'view', 'daemon');
    const storeView = view;
    const own = { inventory: () => inventory(), hint: () => hint() };
    return http.openHttpView({ config, view: served, store, storeView, clock, log, metrics, folder, ...own });
  };
  const viewServer = await openView().catch(async (error: unknown) => {
    await socket.close();
    await store.close();
    throw error;
  });

  const work = async (): Promise<void> => {
    while (!signal.aborted) {
      try {
        const lease = await store.lease(DAEMON_LEASE, holder, LEASE_MS, signal);
        standing.acting = true;
        log.info({ fleet: config.fleet, holder }, 'this is the daemon of the fleet');
        try {
          if (paused !== undefined) {
            const byHand = { who: paused, why: 'the daemon was started with --paused' };
            await pullBrake(store, byHand, clock.now(), [{ lease: lease.token }], signal);
            paused = undefined;
          }
          await runSession(
            {
              config,
              store,
              lease,
              holder,
              version: VERSION,
              clock,
              random: Math.random,
              log,
              meter,
              once: options.once ?? false,
              onStatus: (key, status) => options.onStatus?.(key, status),
              onHintable: (given) => (hint = given),
              onInventory: (given) => (inventory = given),
            },
            signal,
          );
        } catch (thrown) {
          // Whatever was in hand when the lease went, also the first look at the store.
          throw lease.lost.aborted && !(thrown instanceof Transient) ? leaseLost(lease.lost.reason) : thrown;
        } finally {
          inventory = () => undefined;
          standing.acting = false;
          await lease.release();
        }
        if (options.once) return;
      } catch (thrown) {
        if (signal.aborted) return;
        const error = asIntendantError(thrown);
        if (error.disposition !== 'Transient' || options.once) throw error;
        log.warn({ err: error }, 'the daemon stops acting and tries to take the lease of the fleet anew');
        await clock.sleep(PAUSE_MS, signal).catch(() => undefined);
      }
    }
  };
  const looking = new AbortController();
  const watched = standing.run(looking.signal);
  const done = work().finally(async () => {
    looking.abort(new Error('the daemon has ended'));
    await Promise.allSettled([viewServer?.close(), socket.close(), watched]);
    await store.close();
  });
  return {
    done,
    hint: () => hint(),
    socketPath: path,
    ...(viewServer && { viewUrl: viewServer.url }),
    async stop() {
      stopping.abort(new Error('the daemon is stopping'));
      await done.catch(() => undefined);
    },
  };
}
