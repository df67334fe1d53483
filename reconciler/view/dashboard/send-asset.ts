import type { Context } from 'hono';
import type { ViewEnv } from '../http/context.ts';
import type { Assets } from './assets.ts';
import { accepts } from './respond.ts';

/** A year, in seconds: what is under a digest never changes. */
const FOR_EVER = 'public, max-age=31536000, immutable';

/** Sends a style or script, compressed beforehand. Under the digest of another build it is what this build has, and not kept. */
export function sendAsset(c: Context<ViewEnv>, assets: Assets): Response | undefined {
  const asset = assets.get(c.req.param('name') ?? '');
  if (!asset) return undefined;
  const headers = new Headers({
    'content-type': asset.type,
    'cache-control': c.req.param('version') === assets.version ? FOR_EVER : 'no-cache',
    vary: 'accept-encoding',
  });
  const encoding = accepts(c, 'br') ? 'br' : accepts(c, 'gzip') ? 'gzip' : undefined;
  if (encoding) headers.set('content-encoding', encoding);
  const body = encoding === 'br' ? asset.brotli : encoding === 'gzip' ? asset.gzip : asset.body;
  return new Response(new Uint8Array(body), { headers });
}
