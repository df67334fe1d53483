import type { Ask } from './remote.ts';

/** What of `RequestInit` is looked at. */
interface FetchInit {
  method?: string | undefined;
  headers?: ConstructorParameters<typeof Headers>[0];
  body?: unknown;
  signal?: AbortSignal | null | undefined;
}

/** `fetch` as libraries want it, over a way to ask that knows its authorities and deadlines. Bodies are texts, forms or bytes. */
export function fetchThrough(ask: Ask): (url: string, init?: FetchInit) => Promise<Response> {
  return async (url, { method = 'GET', headers, body, signal } = {}) => {
    const sent = Object.fromEntries(new Headers(headers));
    const question = { url, method, headers: sent, body: bodyOf(body) };
    const answer = await ask(question, signal ?? undefined);
    const empty = answer.status === 204 || answer.status === 205 || answer.status === 304;
    return new Response(empty ? null : new Uint8Array(answer.body), {
      status: answer.status,
      headers: answer.headers,
    });
  };
}

function bodyOf(body: unknown): string | Uint8Array | undefined {
  if (body === undefined || body === null) return undefined;
  if (typeof body === 'string' || body instanceof Uint8Array) return body;
  if (body instanceof URLSearchParams) return body.toString();
  throw new TypeError('a body of this form is not sent');
}
