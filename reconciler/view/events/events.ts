import { Hono, type Context } from 'hono';
import type { ViewContext, ViewEnv } from '../http/context.ts';
import { InvalidInput } from '../../model/errors.ts';
import { problem, problemOfError } from '../http/problem.ts';
import { filterOf } from './event-filter.ts';
import type { EventLog } from './event-log.ts';
import { readEvents } from './event-page.ts';
import { EventStreams, type Refusal, type StreamLimits, type StreamWatch } from './event-streams.ts';

export interface EventsOptions extends StreamLimits {
  watch?: StreamWatch;
}

const LIMIT = 500;
const MAX_LIMIT = 1000;

/**
 * `GET /api/v1/events`: what happens, as server-sent events that go on after `Last-Event-ID` (or `?since=`), filtered by
 * `?kind=`, `?for=Kind/name` and `?type=`; with `?follow=false` what is kept, as JSON in pages. To be mounted at that path.
 */
export function events(
  context: Pick<ViewContext, 'clock' | 'stopping'>,
  log: EventLog,
  options: EventsOptions = {},
): Hono<ViewEnv> {
  const streams = new EventStreams({ ...options, log, clock: context.clock, stopping: context.stopping });
  const app = new Hono<ViewEnv>();
  app.onError((error) => problemOfError(error));
  app.get('/', (c) => {
    const follow = c.req.query('follow') ?? 'true';
    if (follow !== 'true' && follow !== 'false') throw invalid('follow', follow, 'true or false');
    const filter = filterOf((name) => c.req.queries(name) ?? []);
    const after = lastSeen(c);
    if (follow === 'false') {
      const page = readEvents(log, { filter, after, limit: limitOf(c) });
      return new Response(page, { headers: { 'content-type': 'application/json', 'cache-control': 'no-store' } });
    }
    if (c.req.method === 'HEAD') return new Response(null, { headers: STREAM_HEADERS });
    const drop = (): void => c.env?.dropConnection?.();
    const stream = streams.open(c.get('principal')?.name ?? '', { filter, after, drop });
    if (typeof stream === 'string') return tooMany(stream);
    return new Response(stream.body, { headers: STREAM_HEADERS });
  });
  return app;
}

const STREAM_HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-store',
  // nginx would hold events back until its buffer is full.
  'x-accel-buffering': 'no',
};

/** What a browser sends when it comes back stands over what stood in the address when it first came. */
function lastSeen(c: Context): string | undefined {
  return c.req.header('last-event-id') ?? c.req.query('since');
}

function limitOf(c: Context): number {
  const text = c.req.query('limit') ?? String(LIMIT);
  const limit = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (limit < 1) throw invalid('limit', text, 'a whole number of at least 1');
  return Math.min(limit, MAX_LIMIT);
}

function invalid(name: string, value: string, what: string): InvalidInput {
  const shown = JSON.stringify(value.slice(0, 100));
  return new InvalidInput(`The parameter ${name} is ${shown}, which is not ${what}.`, {
    code: 'PARAMETER_INVALID',
    hint: `Write ${what}.`,
  });
}

function tooMany(refusal: Refusal): Response {
  const retry = { 'retry-after': '10' };
  if (refusal === 'all') {
    const title = 'Too many event streams are open';
    return problem(
      { status: 503, code: 'STREAMS_EXHAUSTED', title, hint: 'Come back later, or ask another copy of the view.' },
      retry,
    );
  }
  const title = 'You have too many event streams open';
  return problem(
    {
      status: 429,
      code: 'TOO_MANY_STREAMS',
      title,
      hint: 'Close some of them, and use one for everything with filters.',
    },
    retry,
  );
}
