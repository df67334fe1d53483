import type { Context } from 'hono';
import { asIntendantError } from '../../model/errors.ts';
import type { ViewContext, ViewEnv } from '../http/context.ts';

const REASONS = {
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
} as const;

/** An error as Commissaire gave it: `text/html`, the reason phrase and nothing else. */
export function refusal(status: 403 | 404 | 500 | 503): Response {
  const headers: Record<string, string> = { 'content-type': 'text/html', 'cache-control': 'no-store' };
  if (status === 503) headers['retry-after'] = '1';
  return new Response(REASONS[status], { status, headers });
}

/** For every method but GET and HEAD: nothing is changed here, and where it is. Plain text, since it repeats names. */
export function readOnly(advice: string, allow = 'GET, HEAD'): Response {
  const headers = { 'content-type': 'text/plain; charset=utf-8', allow, 'cache-control': 'no-store' };
  return new Response(`${REASONS[405]}\n${advice}\n`, { status: 405, headers });
}

/** One JSON document. */
export function json(body: unknown): Response {
  return jsonText(JSON.stringify(body));
}

/** A JSON document that is text already. */
export function jsonText(text: string): Response {
  return new Response(text, { headers: { 'content-type': 'application/json', 'cache-control': 'no-store' } });
}

/** What an error becomes. What it says stands in the log alone, as with Commissaire. */
export function failure(error: unknown, c: Context<ViewEnv>, { log }: Pick<ViewContext, 'log'>): Response {
  const known = asIntendantError(error);
  // Who has gone away wants no answer, and the line in the log would be noise.
  if (c.get('signal')?.aborted === true) return refusal(503);
  log.warn({ err: known, path: c.req.path.slice(0, 200) }, 'a request could not be answered');
  return refusal(known.disposition === 'Bug' ? 500 : 503);
}
