import { setMaxListeners } from 'node:events';
import { Hono, type Context, type MiddlewareHandler } from 'hono';
import { unlessAborted } from '../../model/until-aborted.ts';
import type { SignIn } from '../sign-in/sign-in.ts';
import type { ViewContext, ViewEnv } from './context.ts';
import { guard } from './guard.ts';
import { healthRoutes } from './health-routes.ts';
import { isLocalHost } from './local-name.ts';
import { NOBODY } from './peer.ts';
import { methodNotAllowed, notFound, problem, problemOfError } from './problem.ts';
import { requestScope, TooLate } from './request-scope.ts';
import { secure } from './security-headers.ts';

/** What the view is put together from. Each is mounted where its name says; one that is absent is not there (404). */
export interface ViewParts {
  /** Absent: open to whoever reaches the address, which must then be loopback. */
  signIn?: SignIn | undefined;
  /** At `/hook`: asks for no sign-in, its signature is one. */
  hook?: Hono<ViewEnv> | undefined;
  /** At `/api/v0`. */
  apiV0?: Hono<ViewEnv> | undefined;
  /** At `/api/v1`. */
  apiV1?: Hono<ViewEnv> | undefined;
  /** At `/api/v1/events`; its streams go on until the server stops. */
  events?: Hono<ViewEnv> | undefined;
  /** At `/metrics`. */
  metrics?: Hono<ViewEnv> | undefined;
  /** At `/`. */
  dashboard?: Hono<ViewEnv> | undefined;
}

/** Parts of the view, as requests are counted by. */
export type PartName = 'hook' | 'sign-in' | 'health' | 'api-v0' | 'api-v1' | 'events' | 'metrics' | 'dashboard';

/** One request that was answered. */
export interface SeenRequest {
  part: PartName;
  method: string;
  status: number;
  /** From its arrival to the beginning of its answer. */
  seconds: number;
}

export interface ViewAppOptions {
  parts: ViewParts;
  /** Told of every request when its answer begins. */
  onRequest?: ((seen: SeenRequest) => void) | undefined;
  /** Time until an answer must have begun, in milliseconds. Default 30 seconds. */
  deadlineMs?: number;
}

const DEADLINE_MS = 30_000;
/** Largest body that is let in at all, in bytes; the hook has a limit of its own. */
const LARGEST_BODY = 1024 * 1024;

const PREFIXES: readonly (readonly [string, PartName])[] = [
  ['/hook', 'hook'],
  ['/sign-in', 'sign-in'],
  ['/sign-out', 'sign-in'],
  ['/healthz', 'health'],
  ['/readyz', 'health'],
  ['/api/v0', 'api-v0'],
  ['/api/v1/events', 'events'],
  ['/api/v1', 'api-v1'],
  ['/metrics', 'metrics'],
];

/** The part that a path belongs to: the dashboard has what nobody else has. */
export function partOf(path: string): PartName {
  return PREFIXES.find(([prefix]) => path === prefix || path.startsWith(`${prefix}/`))?.[1] ?? 'dashboard';
}

/**
 * The whole view as one application: what holds for every request (headers, limits, who may read), then the parts. Serves
 * requests in process as it serves those of a port.
 */
export function viewApp(context: ViewContext, options: ViewAppOptions): Hono<ViewEnv> {
  const { parts } = options;
  // Every request in hand listens to it.
  setMaxListeners(0, context.stopping);
  const app = new Hono<ViewEnv>();
  app.onError((error, c) => {
    // Who stops waiting, or stops us, wants no answer; the line in the log would be noise.
    if (error instanceof TooLate) return late();
    if (c.get('signal')?.aborted !== true) {
      context.log.warn({ err: error, part: partOf(c.req.path) }, 'a request to the view could not be answered');
    }
    return problemOfError(error);
  });
  app.notFound(() => notFound());
  app.use(around(context, options));
  if (parts.hook) app.route('/hook', parts.hook);
  app.all('/hook/*', () => notFound());
  if (!parts.signIn) app.use(onlyLocalNames);
  app.route('/', healthRoutes(context));
  if (parts.signIn?.routes) {
    app.route('/sign-in', parts.signIn.routes);
    app.get('/sign-out', (c) => c.redirect('/sign-in/out', 303));
  }
  app.all('/sign-in/*', () => notFound());
  app.use(guard(parts.signIn));
  if (parts.apiV0) app.route('/api/v0', parts.apiV0);
  if (parts.events) app.route('/api/v1/events', parts.events);
  if (parts.apiV1) app.route('/api/v1', parts.apiV1);
  app.all('/api/*', () => notFound());
  app.use(async (c, next) => (isReading(c) ? next() : methodNotAllowed(c)));
  if (parts.metrics) app.route('/metrics', parts.metrics);
  if (parts.dashboard) app.route('/', parts.dashboard);
  return app;
}

/** Around everything: the time it may take, what is counted, and the headers of every answer. */
function around(context: ViewContext, options: ViewAppOptions): MiddlewareHandler<ViewEnv> {
  const { onRequest, deadlineMs = DEADLINE_MS } = options;
  return async (c, next) => {
    const peer = c.env?.peer ?? NOBODY;
    const scope = requestScope(c.req.raw.signal, context.stopping, deadlineMs);
    const began = context.clock.monotonic();
    c.set('peer', peer);
    c.set('signal', scope.signal);
    try {
      if (tooLarge(c)) c.res = largeBody();
      else await unlessAborted(next(), scope.signal);
    } catch (error) {
      // An answer that comes too late goes to nobody.
      if (!(error instanceof TooLate)) throw error;
      c.res = late();
    } finally {
      scope.begun();
      c.env?.onClose?.(() => scope.end());
    }
    secure(c.res.headers, peer.tls);
    const seconds = (context.clock.monotonic() - began) / 1000;
    onRequest?.({ part: partOf(c.req.path), method: c.req.method, status: c.res.status, seconds });
  };
}

const onlyLocalNames: MiddlewareHandler<ViewEnv> = async (c, next) => {
  const host = c.req.header('host') ?? new URL(c.req.url).host;
  if (isLocalHost(host)) return next();
  return problem({
    status: 421,
    code: 'FOREIGN_HOST',
    title: 'The view is open to this machine only',
    detail:
      'It asks for no sign-in, so it answers only where it is asked for by a name of this machine, such as localhost.',
    hint: 'Configure view.signIn to reach it under another name.',
  });
};

function isReading(c: Context): boolean {
  return c.req.method === 'GET' || c.req.method === 'HEAD';
}

function tooLarge(c: Context): boolean {
  return partOf(c.req.path) !== 'hook' && Number(c.req.header('content-length') ?? 0) > LARGEST_BODY;
}

function largeBody(): Response {
  return problem(
    { status: 413, code: 'BODY_TOO_LARGE', title: 'The body of the request is too large' },
    { connection: 'close' },
  );
}

function late(): Response {
  return problem(
    { status: 503, code: 'TOO_SLOW', title: 'The answer took too long', hint: 'Ask again, or ask for less at once.' },
    { 'retry-after': '5' },
  );
}
