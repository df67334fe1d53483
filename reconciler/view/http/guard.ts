import type { MiddlewareHandler } from 'hono';
import { Transient } from '../../model/errors.ts';
import type { Denial, SignIn } from '../sign-in/sign-in.ts';
import type { ViewEnv } from './context.ts';
import { NOBODY } from './peer.ts';
import type { Principal } from './principal.ts';
import { problem } from './problem.ts';

/** Whoever reaches a view without sign-in: a viewer, never more. */
const ANYBODY: Principal = { name: 'anybody on this machine', roles: ['viewer'], by: 'none' };

const UNAVAILABLE = 'Who asks could not be found out now';
const ASK_AGAIN = 'Try again; the log of the server says why.';

/** Longest path that is carried through signing in. */
const LONGEST_PATH = 1000;

/** Lets nobody further who is not known. Without sign-in everybody is a viewer. */
export function guard(signIn: SignIn | undefined): MiddlewareHandler<ViewEnv> {
  return async (c, next) => {
    if (!signIn) {
      c.set('principal', ANYBODY);
      return next();
    }
    const peer = c.get('peer') ?? NOBODY;
    const result = await signIn
      .authenticate({
        method: c.req.method,
        path: c.req.path,
        headers: c.req.raw.headers,
        remoteAddress: peer.remoteAddress,
        tls: peer.tls,
        clientCertificate: peer.clientCertificate,
        signal: c.get('signal') ?? c.req.raw.signal,
      })
      .catch((error: unknown) => ({ failed: error }));
    if ('principal' in result) {
      c.set('principal', result.principal);
      return next();
    }
    if (isCommissaire(c.req.path)) return forbidden();
    if ('failed' in result) throw unavailable(result.failed);
    const page = signIn.page;
    if (page !== undefined && result.denied.status === 401 && isNavigation(c.req.raw)) {
      const { pathname, search } = new URL(c.req.url);
      const to = `${pathname}${search}`;
      return c.redirect(to.length > LONGEST_PATH ? page : `${page}?to=${encodeURIComponent(to)}`, 302);
    }
    return denied(result.denied);
  };
}

function isCommissaire(path: string): boolean {
  return path === '/api/v0' || path.startsWith('/api/v0/');
}

/** A person who opens a page, as opposed to a program, a script of the page, or an event stream. */
function isNavigation(request: Request): boolean {
  const path = new URL(request.url).pathname;
  if (request.method !== 'GET' || path.startsWith('/api/') || path === '/metrics') return false;
  return (request.headers.get('accept') ?? '').includes('text/html');
}

/** What Commissaire answered to everybody whom it did not know, before anything else. */
function forbidden(): Response {
  return new Response('Forbidden', { status: 403, headers: { 'content-type': 'text/html' } });
}

function denied({ status, headers, retryAfterSeconds }: Denial): Response {
  const all = {
    ...headers,
    ...(retryAfterSeconds !== undefined && { 'retry-after': String(Math.max(1, Math.ceil(retryAfterSeconds))) }),
  };
  if (status === 429) {
    return problem({ status, code: 'TOO_MANY_FAILURES', title: 'Signing in has failed too often from there' }, all);
  }
  if (status === 503) return problem({ status, code: 'SIGN_IN_UNAVAILABLE', title: UNAVAILABLE, hint: ASK_AGAIN }, all);
  if (status === 403) return problem({ status, code: 'FORBIDDEN', title: 'You may not read this' }, all);
  return problem(
    { status, code: 'SIGN_IN_NEEDED', title: 'Sign in first', hint: 'Send credentials that the view accepts.' },
    all,
  );
}

/** Says nothing of why: who is told has not been let in. The cause is for the log. */
function unavailable(cause: unknown): Transient {
  return new Transient(`${UNAVAILABLE}.`, {
    code: 'SIGN_IN_UNAVAILABLE',
    hint: ASK_AGAIN,
    retryAfterMs: 5000,
    cause,
  });
}
