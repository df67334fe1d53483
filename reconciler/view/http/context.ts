import type { Context, Hono } from 'hono';
import type { Clock } from '../../model/clock.ts';
import type { KindLog } from '../../kinds/context.ts';
import type { StateStore } from '../../store/state-store.ts';
import type { Desired } from '../desired.ts';
import type { FleetCache } from '../fleet-cache.ts';
import type { StoreView } from '../store-view.ts';
import type { ReadCredentials, RecordEvent } from './credentials.ts';
import type { PlanOfBranch, RevisionLog } from './git-reading.ts';
import type { Peer } from './peer.ts';
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
  /** How hosts are logged in to, for `/host/{address}/creds`. Absent: nobody is told. */
  readCredentials?: ReadCredentials;
  /** Writes down what a person did here. Absent: what must be written down does not happen. */
  recordEvent?: RecordEvent;
  clock: Clock;
  log: KindLog;
  /** Aborted when the server stops: ends long answers. */
  stopping: AbortSignal;
}

/** What the middleware of the server leaves for routes, before any of them is reached. */
export interface ViewVariables {
  principal: Principal;
  /** The client: whether it came by TLS, and from where. Absent where a part is asked without the server. */
  peer?: Peer;
  /** Aborted when the client goes away, the server stops, or no answer was begun in time: `signalOf` reads it. */
  signal?: AbortSignal;
}

/** Environment of every route of the view. */
export interface ViewEnv {
  Variables: ViewVariables;
  /** What the server knows of the connection; nothing where a part is asked without the server. */
  Bindings: {
    peer?: Peer;
    /** Calls back once when the connection of the request is done with its answer. */
    onClose?: (listener: () => void) => void;
    /** Drops the connection at once: for a client that does not read, and so sees no end either. */
    dropConnection?: () => void;
  };
}

/** A part of the view: its routes, to be mounted by the server. Its `notFound` is not: end with a route that matches all. */
export type ViewPart = (context: ViewContext) => Hono<ViewEnv>;

/** What a route listens to while it works for one request. */
export function signalOf(c: Context<ViewEnv>, context: Pick<ViewContext, 'stopping'>): AbortSignal {
  return c.get('signal') ?? AbortSignal.any([c.req.raw.signal, context.stopping]);
}
