import { connect } from 'node:net';
import type { Hono } from 'hono';
import { systemClock } from '../../../reconciler/model/clock.ts';
import type { ViewEnv } from '../../../reconciler/view/http/context.ts';
import { serveView, type ViewServer } from '../../../reconciler/view/http/server.ts';
import { silentLog } from '../../support/silent-log.ts';
import { demand, type Target } from '../target.ts';
import { requestOf } from './request-text.ts';
import { requestText, viewOfSmallFleet } from './view-app.ts';

let app: Hono<ViewEnv> | undefined;
let server: ViewServer | undefined;

/** The view in process: a first line `METHOD PATH`, then header lines, an empty line and a body. */
export const viewTarget: Target = {
  name: 'view',
  grammar: (random) => requestText(random, '\n'),
  async read(input) {
    app ??= (await viewOfSmallFleet()).app;
    const request = requestOf(input);
    if (!request) return;
    const response = await app.request(request);
    if (response.headers.get('content-type') === 'text/event-stream') await response.body?.cancel();
    else await response.arrayBuffer();
    demand(response.status < 500, `status ${response.status} for ${request.method} ${request.url}`);
  },
};

/** The view's server: bytes as they come over a connection, whose other half is then closed. */
export const viewServerTarget: Target = {
  name: 'view-server',
  grammar: (random) => requestText(random, '\r\n').replace('\r\n', ` HTTP/1.1\r\nHost: localhost\r\n`),
  async read(input) {
    if (!server) {
      const view = (await viewOfSmallFleet()).app;
      server = await serveView({ app: view, address: '127.0.0.1', port: 0, clock: systemClock, log: silentLog });
    }
    const answer = await say(Number(new URL(server.url).port), input);
    const statuses = [...answer.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)].map(([, status]) => Number(status));
    // 501 and 505 are what node says to methods and versions of HTTP that it does not speak.
    demand(
      statuses.every((status) => status < 500 || status === 501 || status === 505),
      `statuses ${statuses.join(' ')}`,
    );
  },
};

/** Sends bytes, ends our half, and reads until the other half has ended; a stream of events is left when it has begun. */
function say(port: number, bytes: Buffer): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    let answer = '';
    const done = (): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      if (answer.length < 1_000_000) answer += chunk;
      if (chunk.includes('\nretry: 2000\n')) done();
    });
    socket.on('error', done).on('end', done).on('close', done);
    socket.end(bytes);
  });
}
