import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { Hono } from 'hono';
import { beforeEach, describe, expect, it } from 'vitest';
import { EventLog } from '../../../../reconciler/view/events/event-log.ts';
import { EVENT_PAGE_SCHEMA } from '../../../../reconciler/view/events/event-schema.ts';
import { events, type EventsOptions } from '../../../../reconciler/view/events/events.ts';
import type { ViewEnv } from '../../../../reconciler/view/http/context.ts';
import { ManualClock } from '../../../support/manual-clock.ts';

const ajv = new Ajv2020({ strict: true, strictRequired: false });
addFormats.default(ajv);
const validPage = ajv.compile(EVENT_PAGE_SCHEMA);

let clock: ManualClock;
let log: EventLog;
let stop: AbortController;

beforeEach(() => {
  clock = new ManualClock();
  log = new EventLog({ clock, copy: 'a' });
  stop = new AbortController();
});

function app(options: EventsOptions = {}): Hono<ViewEnv> {
  return events({ clock, stopping: stop.signal }, log, options);
}

/** Three events: of two hosts, and a step of an operation on the second. */
function someEvents(): void {
  log.record({ type: 'object', key: 'Host/web-1', text: 'one' });
  log.record({ type: 'transition', key: 'Host/web-2', text: 'two' });
  log.record({ type: 'step', key: 'Operation/op', host: 'web-2', text: 'three' });
}

interface Page {
  items: { id: string; text: string }[];
  position: string;
  more: boolean;
  missed: boolean;
}

async function page(query: string): Promise<Page> {
  const response = await app().request(`/?follow=false${query}`);
  expect(response.status).toBe(200);
  const body = (await response.json()) as Page;
  expect(validPage(body), ajv.errorsText(validPage.errors)).toBe(true);
  return body;
}

/** Reads from a stream until what came satisfies the condition. */
async function read(response: Response, holds: (text: string) => boolean): Promise<string> {
  const reader = response.body!.getReader();
  let text = '';
  while (!holds(text)) {
    const { done, value } = await reader.read();
    if (done) break;
    text += Buffer.from(value).toString();
  }
  reader.releaseLock();
  return text;
}

describe('events that are kept', () => {
  beforeEach(someEvents);

  it('are listed, the oldest first', async () => {
    const { items, more, missed, position } = await page('');

    expect(items.map(({ text }) => text)).toEqual(['one', 'two', 'three']);
    expect({ more, missed, position }).toEqual({ more: false, missed: false, position: log.position });
  });

  it('come in pages', async () => {
    const first = await page('&limit=2');
    const second = await page(`&limit=2&since=${encodeURIComponent(first.position)}`);
    const third = await page(`&limit=2&since=${encodeURIComponent(second.position)}`);

    expect(first).toMatchObject({ more: true, items: [{ text: 'one' }, { text: 'two' }] });
    expect(second).toMatchObject({ more: false, items: [{ text: 'three' }] });
    expect(third).toMatchObject({ more: false, items: [], position: second.position });
  });

  it('say when what was asked for is no longer there', async () => {
    expect(await page('&since=77')).toMatchObject({ missed: true, items: [{}, {}, {}] });
  });

  it.each([
    ['kind=Host', ['one', 'two']],
    ['kind=Host,Operation', ['one', 'two', 'three']],
    ['kind=Cluster', []],
    ['type=step', ['three']],
    ['type=step&type=object', ['one', 'three']],
    ['for=Host/web-2', ['two', 'three']],
    ['for=Host/web-1,Operation/op', ['one', 'three']],
    ['for=Host/web-2&type=transition', ['two']],
  ])('are chosen by %s', async (query, texts) => {
    expect((await page(`&${query}`)).items.map(({ text }) => text)).toEqual(texts);
  });

  it.each(['type=nothing', 'kind=a/b', 'for=web-1', 'for=Host/', 'limit=0', 'limit=x', 'follow=maybe'])(
    'are not given for %s, which is a mistake',
    async (query) => {
      const response = await app().request(`/?follow=false&${query}`.replace('false&follow=', ''));

      expect(response.status).toBe(400);
      expect(response.headers.get('content-type')).toBe('application/problem+json');
      expect(((await response.json()) as { hint: string }).hint).toMatch(/^Write /);
    },
  );
});

describe('a stream of events', () => {
  it('begins with a place to come back to, and sends what happens', async () => {
    const response = await app().request('/');

    someEvents();
    const text = await read(response, (sent) => sent.includes('three'));

    expect(response.headers.get('content-type')).toBe('text/event-stream');
    expect(text).toMatch(/^retry: 2000\nid: 0\n\nid: 0-object-a-1\nevent: object\ndata: \{.*\}\n\n/);
    expect(text.match(/^event: /gm)).toHaveLength(3);
  });

  it('goes on after Last-Event-ID, which stands over since', async () => {
    someEvents();

    const response = await app().request('/?since=0', { headers: { 'last-event-id': '0-transition-a-2' } });
    const text = await read(response, (sent) => sent.includes('three'));

    expect(text.match(/^event: .*/gm)).toEqual(['event: step']);
  });

  it('tells a reader that has missed something to read all again, once', async () => {
    someEvents();

    const response = await app().request('/?since=99');
    let text = await read(response, (sent) => sent.includes('relist'));
    log.record({ type: 'resumed', text: 'four' });
    text += await read(response, (sent) => sent.includes('four'));

    expect(text.match(/^event: .*/gm)).toEqual(['event: relist', 'event: resumed']);
    expect(text).toContain('id: 0-step-a-3\nevent: relist');
  });

  it('sends only what the filter takes', async () => {
    const response = await app().request('/?for=Host/web-2');

    someEvents();
    const text = await read(response, (sent) => sent.includes('three'));

    expect(text.match(/^event: .*/gm)).toEqual(['event: transition', 'event: step']);
  });

  it('sends a comment now and then, so that both sides notice when the other has gone', async () => {
    const response = await app().request('/');
    const text = read(response, (sent) => sent.includes('\n:\n'));
    await clock.settle();

    await clock.advance(15_000);

    expect(await text).toMatch(/\n\n:\n\n$/);
  });

  it('ends when the view stops', async () => {
    const response = await app().request('/');
    const whole = response.text();
    await clock.settle();

    stop.abort();

    expect(await whole).toBe('retry: 2000\nid: 0\n\n');
  });

  it('ends after an hour, so that who comes back is asked again who it is', async () => {
    const response = await app({ maxAgeMs: 40_000 }).request('/');
    const whole = response.text();
    await clock.settle();

    await clock.advance(60_000);

    expect(await whole).toBe('retry: 2000\nid: 0\n\n:\n\n:\n\n');
  });

  it('is not opened for HEAD, nor when the view has stopped', async () => {
    const counts: number[] = [];
    const routes = app({ watch: { onCount: (open) => counts.push(open) } });

    const head = await routes.request('/', { method: 'HEAD' });
    stop.abort();
    const late = await routes.request('/');

    expect(head.headers.get('content-type')).toBe('text/event-stream');
    expect(await late.text()).toBe('');
    expect(counts).toEqual([1, 0]);
  });

  it('is refused where there are too many, and given again when one has ended', async () => {
    let refused = 0;
    const routes = app({ maxStreams: 2, watch: { onRefused: () => (refused += 1) } });
    const first = await routes.request('/');
    await routes.request('/');

    const third = await routes.request('/');
    await first.body!.cancel();
    const fourth = await routes.request('/');

    expect([third.status, fourth.status, refused]).toEqual([503, 200, 1]);
    expect(third.headers.get('retry-after')).toBe('10');
    expect(await third.json()).toMatchObject({ code: 'STREAMS_EXHAUSTED' });
  });

  it('is refused to a principal that has too many of its own', async () => {
    const routes = app({ maxPerPrincipal: 1 });
    await routes.request('/');

    const second = await routes.request('/');

    expect(second.status).toBe(429);
    expect(await second.json()).toMatchObject({ code: 'TOO_MANY_STREAMS' });
  });

  it('is cut when its reader is too far behind, and the reader goes on where it was', async () => {
    const cut: string[] = [];
    let dropped = 0;
    const routes = app({ maxBehindBytes: 1000, watch: { onCut: (reason) => cut.push(reason) } });
    const response = await routes.request('/', {}, { dropConnection: () => (dropped += 1) });
    const reader = response.body!.getReader();
    await reader.read();
    log.record({ type: 'object', key: 'Host/web-1', text: 'seen' });
    const seen = Buffer.from((await reader.read()).value).toString();

    for (let sent = 0; sent < 20; sent += 1) log.record({ type: 'object', key: 'Host/web-1', text: `event ${sent}` });
    await clock.settle();
    const again = await routes.request('/', { headers: { 'last-event-id': /^id: (.*)$/m.exec(seen)![1]! } });

    expect([cut, dropped]).toEqual([['behind'], 1]);
    expect((await read(again, (text) => text.includes('event 19'))).match(/^event: .*/gm)).toHaveLength(20);
  });

  it('is cut when its reader takes nothing for a minute', async () => {
    const cut: string[] = [];
    const routes = app({ watch: { onCut: (reason) => cut.push(reason) } });
    await routes.request('/');
    await clock.settle();

    await clock.advance(80_000);

    expect(cut).toEqual(['stalled']);
  });
});
