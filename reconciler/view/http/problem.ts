import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { IntendantError } from '../../model/errors.ts';
import { cleanText } from '../../status/text.ts';

/** A problem as RFC 9457 has it. Members that are not set are left out. */
export interface Problem {
  /** HTTP status: 400 to 599. */
  status: ContentfulStatusCode;
  /** Stable, in UPPER_SNAKE, for programs: `NO_SUCH_RESOURCE`. */
  code: string;
  /** The same for every problem of this code, short: `There is no such resource`. */
  title: string;
  /** A sentence on this one. No secrets, nothing of how the program is built. */
  detail?: string;
  /** What the reader can do about it, a sentence. */
  hint?: string;
  /** Members of a problem of one code: the file to change, the fields that are known. */
  extra?: Record<string, unknown>;
}

/** Longest text that is repeated to the client, in characters. */
const LONGEST = 1000;

/**
 * The one form of errors outside `/api/v0`: `application/problem+json`. Texts are cut and stripped of what could fool a
 * terminal; nothing is kept by caches.
 */
export function problem(given: Problem, headers: Record<string, string> = {}): Response {
  const { status, code, title, detail, hint, extra } = given;
  const body = {
    ...extra,
    type: `urn:intendant:problem:${code}`,
    title,
    status,
    ...(detail !== undefined && { detail: cleanText(detail, LONGEST) }),
    code,
    ...(hint !== undefined && { hint: cleanText(hint, LONGEST) }),
  };
  return new Response(`${JSON.stringify(body)}\n`, {
    status,
    headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store', ...headers },
  });
}

/** What an error becomes: faults of ours and of strangers say nothing of themselves, they stand in the log. */
export function problemOfError(error: unknown): Response {
  if (!(error instanceof IntendantError) || error.disposition === 'Bug') {
    return problem({
      status: 500,
      code: 'INTERNAL',
      title: 'The request could not be answered',
      detail: 'What happened stands in the log of the server.',
    });
  }
  const { code, message: detail, hint, disposition, retryAfterMs } = error;
  if (disposition === 'InvalidInput') {
    return problem({ status: 400, code, title: 'The request cannot be answered as it is', detail, hint });
  }
  const retryAfter = String(Math.max(1, Math.ceil((retryAfterMs ?? 1000) / 1000)));
  return problem(
    { status: 503, code, title: 'This cannot be answered now', detail, hint },
    { 'retry-after': retryAfter },
  );
}

/** For paths that do not exist. Says the same for all of them. */
export function notFound(): Response {
  return problem({ status: 404, code: 'NOT_FOUND', title: 'There is nothing at this path' });
}

/** For methods other than those that only read. */
export function methodNotAllowed(c: Context): Response {
  return problem(
    {
      status: 405,
      code: 'READ_ONLY',
      title: 'Nothing can be changed here',
      detail: `The view answers GET and HEAD, not ${c.req.method}.`,
      hint: 'A fleet is changed by a commit in its config repository.',
    },
    { allow: 'GET, HEAD' },
  );
}
