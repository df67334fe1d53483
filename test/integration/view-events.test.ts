import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Hono } from 'hono';
import { systemClock } from '../../reconciler/model/clock.ts';
import { EventLog } from '../../reconciler/view/events/event-log.ts';
import { events } from '../../reconciler/view/events/events.ts';
import type { ViewEnv } from '../../reconciler/view/http/context.ts';
import { serveView, type ViewServer } from '../../reconciler/view/http/server.ts';
import { eventually } from '../support/eventually.ts';
import { silentLog } from '../support/silent-log.ts';

const MIB = 1024 * 1024;
let log: EventLog;
let stop: AbortController;
let server: ViewServer;
let sockets: Socket[];
let cut: string[];
let open: number;

beforeEach(async () => {
  log = new EventLog({ clock: systemClock, copy: 'a' });
  stop = new AbortController();
  sockets = [];
  cut = [];
  open = 0;
  const watch = { onCut: (reason: string) => void cut.push(reason), onCount: (count: number) => void (open = count) };
  const app = new Hono<ViewEnv>();
  app.route('/api/v1/events', events({ clock: systemClock, stopping: stop.signal }, log, { watch }));
  server = await serveView({ app, address: '127.0.0.1', port: 0, clock: systemClock, log: silentLog });
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  stop.abort(new Error('the test ends'));
  await server.close();
});

/** A client by hand, so that it can stop reading. */
function client(headers: readonly string[] = []): { socket: Socket; text: () => string; tail: () => string } {
  const { port } = new URL(server.url);
  const socket = connect(Number(port), '127.0.0.1');
  let text = '';
  let tail = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    tail = (tail + chunk).slice(-4000);
  });
  socket.on('error', () => undefined);
  socket.write(['GET /api/v1/events HTTP/1.1', 'Host: localhost', ...headers, '', ''].join('\r\n'));
  sockets.push(socket);
  return { socket, text: () => text, tail: () => tail };
}

/** Records so many events of about a kilobyte, and lets the server get on in between; no faster than `reader` reads them. */
async function happen(count: number, since = 0, reader?: { tail: () => string }): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    const key = `Host/web-${since + index}` as const;
    log.record({ type: 'object', key, text: 'x'.repeat(1000) });
    if (index % 50 === 49) await new Promise((resolve) => setImmediate(resolve));
    if (reader && index % 500 === 499) await eventually(() => reader.tail().includes(`${key}"`));
  }
}

function outsideHeap(): number {
  const { external } = process.memoryUsage();
  return external;
}

function idsIn(text: string): string[] {
  return [...text.matchAll(/^id: (\S+-\S+)\r?$/gm)].map(([, id]) => id!);
}

describe('events over a real server', () => {
  it('cuts readers that do not read, while memory does not grow and others miss nothing', async () => {
    const reader = client();
    const stopped = Array.from({ length: 20 }, () => client());
    await eventually(() => open === 21 && [reader, ...stopped].every(({ text }) => text().includes('retry:')));
    for (const { socket } of stopped) socket.pause();
    await happen(2000, 0, reader);
    const before = outsideHeap();

    await happen(18_000, 2000, reader);

    expect(cut).toEqual(Array<string>(20).fill('behind'));
    expect(open).toBe(1);
    expect(outsideHeap() - before).toBeLessThan(48 * MIB);
    expect(new Set(idsIn(reader.text())).size).toBe(20_000);
    expect(reader.text()).not.toContain('event: relist');
  }, 60_000);

  it('lets a reader that was cut come back to where it was', async () => {
    const slow = client();
    await eventually(() => slow.text().includes('retry:'));
    await happen(10);
    await eventually(() => slow.text().includes('Host/web-9"'));
    slow.socket.pause();
    let sent = 10;
    await eventually(
      async () => {
        await happen(500, sent);
        sent += 500;
        return cut.length === 1;
      },
      { timeoutMs: 30_000 },
    );
    slow.socket.destroy();

    const again = client([`Last-Event-ID: ${idsIn(slow.text()).at(-1)!}`]);
    await eventually(() => again.text().includes(`Host/web-${sent - 1}"`) || again.text().includes('event: relist'));
    const whole = client(['Last-Event-ID: 1']);
    await eventually(() => whole.text().includes('event: relist'));

    // What is no longer kept is said, what is kept is told.
    const told = idsIn(again.text());
    if (!again.text().includes('event: relist')) expect(new Set([...idsIn(slow.text()), ...told]).size).toBe(sent);
    expect(told.length).toBeGreaterThan(0);
  }, 60_000);

  it('sees readers that go', async () => {
    const readers = Array.from({ length: 5 }, () => client());
    await eventually(() => open === 5);

    for (const { socket } of readers) socket.destroy();

    await eventually(() => open === 0);
    expect(cut).toEqual([]);
  });

  it('ends every stream when the view stops', async () => {
    const readers = Array.from({ length: 5 }, () => client());
    await eventually(() => readers.every(({ text }) => text().includes('retry:')));

    stop.abort(new Error('the view stops'));

    await eventually(() => readers.every(({ text }) => text().endsWith('0\r\n\r\n')));
    expect(open).toBe(0);
  });

  it('says to a client that names no server that this cannot be read', async () => {
    const other = connect(Number(new URL(server.url).port), '127.0.0.1');
    sockets.push(other);
    let answer = '';
    other.setEncoding('utf8').on('data', (chunk: string) => (answer += chunk));

    other.write('GET /api/v1/events HTTP/1.1\r\nHost: l: localhost\r\n\r\n');

    await eventually(() => answer.includes('REQUEST_UNREADABLE'));
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  });
});
