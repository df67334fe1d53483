import { randomBytes } from 'node:crypto';
import { Hono, type Context } from 'hono';
import { deleteCookie, setCookie } from 'hono/cookie';
import { messageOf } from '../../../model/errors.ts';
import { cleanText } from '../../../status/text.ts';
import type { ViewEnv } from '../../http/context.ts';
import { NOBODY } from '../../http/peer.ts';
import type { Verdict } from '../authenticator.ts';
import type { Journey, Sessions } from './sessions.ts';
import { localPath } from './local-path.ts';
import { page } from './pages.ts';

/** The way to the provider and back, as `code-flow.ts` knows it. */
export interface CodeFlow {
  /** Where the browser is sent. Throws Transient. */
  begin(journey: Journey): Promise<URL>;
  /** What came back, exchanged for an identity. Throws Transient. */
  finish(query: URLSearchParams, journey: Journey): Promise<Verdict>;
}

/** Has a sign-in counted, and refused where too many from that address failed. */
export type Guard = (
  address: string,
  make: () => Promise<Verdict>,
  signal: AbortSignal,
) => Promise<Verdict | { outcome: 'limited'; retryAfterSeconds: number }>;

type RouteContext = Context<ViewEnv>;

/** `/`: to the provider; `/callback`: back from it; `/out`: signs out. Mounted at `/sign-in`. */
export function signInRoutes(flow: CodeFlow, sessions: Sessions, guard: Guard): Hono<ViewEnv> {
  const routes = new Hono<ViewEnv>();

  routes.use(async (c, next) => {
    await next();
    c.header('Cache-Control', 'no-store');
    c.header('Referrer-Policy', 'no-referrer');
  });

  routes.get('/', async (c) => {
    const [state, nonce, verifier] = [random(), random(), random()];
    const journey = { state, nonce, verifier, to: localPath(c.req.query('to')) };
    let target: URL;
    try {
      target = await flow.begin(journey);
    } catch {
      return away(c);
    }
    const sealed = await sessions.begin(journey);
    setCookie(c, sessions.journeyName, sealed, { ...sessions.attributes, maxAge: sessions.journeySeconds });
    return c.redirect(target.href, 303);
  });

  routes.get('/callback', async (c) => {
    const journey = await sessions.journeyOf(c.req.raw.headers);
    deleteCookie(c, sessions.journeyName, sessions.attributes);
    if (journey === undefined) {
      return shown(c, 400, 'Sign-in not finished', 'It took too long, or was begun in another window or browser.');
    }
    const { remoteAddress } = c.get('peer') ?? c.env?.peer ?? NOBODY;
    const query = new URL(c.req.url).searchParams;
    const verdict = await guard(
      remoteAddress,
      () => finished(flow, query, journey),
      c.get('signal') ?? c.req.raw.signal,
    );
    switch (verdict.outcome) {
      case 'accepted': {
        const sealed = await sessions.session(verdict.identity);
        setCookie(c, sessions.name, sealed, { ...sessions.attributes, maxAge: sessions.lifeSeconds });
        return c.redirect(localPath(journey.to), 303);
      }
      case 'limited':
        c.header('Retry-After', String(verdict.retryAfterSeconds));
        return shown(c, 429, 'Too many sign-ins failed', 'Wait a little, then try again.');
      case 'unavailable':
        return away(c);
      case 'absent':
      case 'refused': {
        const said = cleanText(query.get('error') ?? '', 60);
        const why = said === '' ? 'This account may not read here.' : `The identity provider says: ${said}.`;
        return shown(c, 403, 'Not signed in', why);
      }
    }
  });

  routes.on(['GET', 'POST'], '/out', async (c) => {
    // A foreign page may not sign anybody out.
    if (c.req.header('sec-fetch-site') === 'cross-site') {
      return shown(c, 403, 'Still signed in', 'Another site asked for the sign-out.');
    }
    deleteCookie(c, sessions.name, sessions.attributes);
    return shown(c, 200, 'Signed out', 'This browser is signed out of the view.');
  });

  routes.all('*', (c) => shown(c, 404, 'Not found', 'There is no such page.'));
  return routes;
}

async function finished(flow: CodeFlow, query: URLSearchParams, journey: Journey): Promise<Verdict> {
  try {
    return await flow.finish(query, journey);
  } catch (error) {
    return { outcome: 'unavailable', reason: messageOf(error) };
  }
}

function away(c: RouteContext): Promise<Response> {
  return shown(c, 503, 'The identity provider does not answer', 'Nobody can sign in until it does.');
}

async function shown(
  c: RouteContext,
  status: 200 | 400 | 403 | 404 | 429 | 503,
  title: string,
  sentence: string,
): Promise<Response> {
  return c.html(await page(title, sentence, { to: '/sign-in', text: 'Sign in' }), status);
}

/** 256 bits that nobody can guess. */
function random(): string {
  return randomBytes(32).toString('base64url');
}
