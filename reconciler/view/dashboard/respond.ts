import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Context } from 'hono';
import type { ViewEnv } from '../http/context.ts';

const compress = promisify(gzip);
/** Below this many bytes compressing costs more than it saves. */
const WORTH_COMPRESSING = 1024;

/** Sends a page: never kept by anybody between, compressed where the reader can read that. */
export async function sendHtml(c: Context<ViewEnv>, html: string, status = 200): Promise<Response> {
  const headers = new Headers({
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    vary: 'accept-encoding, cookie',
  });
  if (html.length < WORTH_COMPRESSING || !accepts(c, 'gzip')) return new Response(html, { status, headers });
  headers.set('content-encoding', 'gzip');
  return new Response(new Uint8Array(await compress(html, { level: 5 })), { status, headers });
}

/** Whether the reader takes an encoding. */
export function accepts(c: Context<ViewEnv>, encoding: string): boolean {
  const asked = (c.req.header('accept-encoding') ?? '').split(',').map((part) => part.trim().toLowerCase());
  return asked.some((part) => part === encoding || (part.startsWith(`${encoding};`) && !/q=0(\.0*)?$/.test(part)));
}
