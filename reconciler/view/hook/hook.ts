import { Hono, type Context } from 'hono';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { KindLog } from '../../kinds/context.ts';
import type { ViewEnv } from '../http/context.ts';
import { NOBODY } from '../http/peer.ts';
import { notFound, problem } from '../http/problem.ts';
import { addressKey } from '../sign-in/address-key.ts';
import { secretNow } from '../sign-in/secret.ts';
import type { HookSettings } from './settings.ts';
import { isSame, isSigned } from './signature.ts';

export interface HookOptions {
  settings: HookSettings;
  /** Look at the config repository now. Called for every call that was signed, whatever it said. */
  hint: () => void;
  log: KindLog;
  /** Calls of one address in a minute. Default 60; one that is not signed counts as ten. */
  perMinute?: number | undefined;
}

/** Largest body in bytes: what GitHub sends at most. It is read past, not kept. */
const LARGEST_BODY = 25 * 1024 * 1024;
const PER_MINUTE = 60;
const COST_OF_FAILURE = 10;

/**
 * `POST /<path>`: a forge says that something was pushed. It is a hint and nothing more: no word of its body is taken for
 * anything. To be mounted at `/hook`; every other path, and every other method, is answered as any path that does not exist.
 */
export function hookRoutes(options: HookOptions): Hono<ViewEnv> {
  const { settings, hint, log, perMinute = PER_MINUTE } = options;
  const calls = new RateLimiterMemory({ points: perMinute, duration: 60 });
  const app = new Hono<ViewEnv>();
  app.post('/:path', async (c) => {
    if (!isSame(c.req.param('path'), settings.path)) return notFound();
    const from = (c.get('peer') ?? NOBODY).remoteAddress;
    const key = addressKey(from);
    const retryAfter = await spend(calls, key, 1);
    if (retryAfter !== undefined) return tooMany(retryAfter);
    if (Number(c.req.header('content-length') ?? 0) > LARGEST_BODY) return tooLarge();
    const secret = await secretNow(settings.secret).catch((error: unknown) => {
      log.warn({ err: error }, 'calls of the webhook cannot be checked: its secret cannot be read');
    });
    if (!secret) return unavailable();
    const signed = await isSigned(c.req.raw.headers, bodyOf(c), secret, LARGEST_BODY);
    if (signed === undefined) return tooLarge();
    if (!signed) {
      await spend(calls, key, COST_OF_FAILURE - 1);
      log.warn({ from }, 'a call of the webhook was not signed with its secret');
      return problem({
        status: 403,
        code: 'HOOK_SIGNATURE',
        title: 'The call is not signed',
        hint: 'Give the forge the secret that view.hook names.',
      });
    }
    hint();
    return c.json({ accepted: true }, 202);
  });
  app.all('*', () => notFound());
  return app;
}

/** Takes points; gives the seconds to wait when there are none left. */
async function spend(calls: RateLimiterMemory, key: string, points: number): Promise<number | undefined> {
  try {
    await calls.consume(key, points);
    return undefined;
  } catch (over) {
    if (!(over instanceof RateLimiterRes)) throw over;
    return Math.max(1, Math.ceil(over.msBeforeNext / 1000));
  }
}

async function* bodyOf(c: Context): AsyncGenerator<Uint8Array> {
  const reader = (c.req.raw.body as ReadableStream<Uint8Array> | null)?.getReader();
  if (!reader) return;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** Says nothing of why: who is told has shown nothing yet. */
function unavailable(): Response {
  return problem(
    {
      status: 503,
      code: 'HOOK_UNAVAILABLE',
      title: 'The call cannot be checked now',
      hint: 'The log of the server says why.',
    },
    { 'retry-after': '5' },
  );
}

function tooMany(seconds: number): Response {
  return problem(
    { status: 429, code: 'TOO_MANY_CALLS', title: 'The webhook is called too often from there' },
    { 'retry-after': String(seconds) },
  );
}

function tooLarge(): Response {
  return problem(
    { status: 413, code: 'BODY_TOO_LARGE', title: 'The body of the request is too large' },
    { connection: 'close' },
  );
}
