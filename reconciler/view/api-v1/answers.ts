import type { Context } from 'hono';
import { entityTag, holdsTag, shortDigest } from '../http/entity-tag.ts';
import { problem } from '../http/problem.ts';

/** What a client keeps may be shown again once we said that it still holds; nobody between us keeps anything. */
const CACHE_CONTROL = 'private, no-cache';

/** A JSON answer that is text already. 304 where the client holds it; the tag stands for the body where none is given. */
export function jsonText(
  c: Context,
  text: () => string,
  given?: { tag?: string; headers?: Record<string, string> },
): Response {
  const body = given?.tag === undefined ? text() : undefined;
  const tag = given?.tag ?? entityTag(shortDigest(body!));
  const headers = { etag: tag, 'cache-control': CACHE_CONTROL, ...given?.headers };
  if (holdsTag(c.req.header('if-none-match'), tag)) return new Response(null, { status: 304, headers });
  return new Response(body ?? text(), { headers: { ...headers, 'content-type': 'application/json' } });
}

/** A small JSON answer. */
export function json(c: Context, body: unknown): Response {
  return jsonText(c, () => JSON.stringify(body));
}

/** For an object that is not there. `what`: a sentence. */
export function missing(what: string): Response {
  return problem({ status: 404, code: 'NO_SUCH_OBJECT', title: 'There is no such object', detail: what });
}
