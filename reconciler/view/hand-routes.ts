import type { Context, Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { liftBrake, pullBrake, type ByHand } from '../engine/halt-key.ts';
import { releaseClaim } from '../engine/release-claim.ts';
import type { Clock } from '../model/clock.ts';
import { InvalidInput } from '../model/errors.ts';
import { isName } from '../status/layout.ts';
import type { StateStore } from '../store/state-store.ts';
import { readClaims } from './claims.ts';

/** Longest request that is read, in characters: a name and a reason. */
const MAX_BODY = 10_000;

/** Claims, and what a person may do by hand through the daemon: pull and lift the brake, release a claim. */
export function handRoutes(app: Hono, { store, clock }: { store: StateStore; clock: Clock }): void {
  app.get('/v1/claims', async (c) => c.json(await readClaims(store, c.req.raw.signal)));

  app.post('/v1/halt', async (c) => c.json(await pullBrake(store, await byHand(c), clock.now())));

  app.post('/v1/resume-all', async (c) => c.json({ lifted: (await liftBrake(store)) ?? null }));

  app.post('/v1/claims/:host/release', async (c) => {
    const host = c.req.param('host');
    if (!isName(host)) throw new HTTPException(404, { message: `There is no host named ${JSON.stringify(host)}.` });
    return c.json(await releaseClaim(store, host, await byHand(c), clock.now()));
  });
}

async function byHand(c: Context): Promise<ByHand> {
  const text = await c.req.text();
  const { who, why } = (parsed(text) ?? {}) as { who?: unknown; why?: unknown };
  return { who: typeof who === 'string' ? who : '', why: typeof why === 'string' ? why : undefined };
}

function parsed(text: string): unknown {
  try {
    if (text.length <= MAX_BODY) return JSON.parse(text);
  } catch {
    // Said below.
  }
  throw new InvalidInput('The request is not JSON of a reasonable size.', { code: 'BAD_REQUEST' });
}
