import type { Hono } from 'hono';
import type { Clock } from '../../model/clock.ts';
import type { KindLog } from '../../kinds/context.ts';
import type { StateStore } from '../../store/state-store.ts';
import type { Desired } from '../desired.ts';
import type { FleetCache } from '../fleet-cache.ts';
import type { StoreView } from '../store-view.ts';
import type { PlanOfBranch, RevisionLog } from './git-reading.ts';
import type { Principal } from './principal.ts';

/** What every part of the HTTP view reads from. The same in the daemon and beside it. */
export interface ViewContext {
  /** Name of the fleet. */
  fleet: string;
  store: StateStore;
  view: StoreView;
  cache: FleetCache;
  desired: Desired;
  /** Plans of branches of the config repository. */
  plans: PlanOfBranch;
  /** Commits of the config branch. */
  revisions: RevisionLog;
  clock: Clock;
  log: KindLog;
  /** Aborted when the server stops: ends long answers. */
  stopping: AbortSignal;
}

/** What the middleware of the server leaves for routes: `c.get('principal')`, set before any route is reached. */
export interface ViewEnv {
  Variables: { principal: Principal };
  // The peer of the connection as @hono/node-server gives it.
  Bindings: object;
}

/** A part of the view: its routes, to be mounted by the server. */
export type ViewPart = (context: ViewContext) => Hono<ViewEnv>;
