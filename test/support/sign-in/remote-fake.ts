import { readFileSync } from 'node:fs';
import {
  createServer as createPlain,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { createServer as createTls } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';

/** A request as a fake sees it. */
export interface Received {
  method: string;
  url: URL;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface Reply {
  status: number;
  headers?: Record<string, string>;
  body?: string;
}

/** How a server may fail: answers nothing, cuts the connection, says 500, or something that is not what was asked for. */
export type Failure = 'silent' | 'cut' | 'broken' | 'nonsense' | 'endless';

export interface RemoteFake {
  url: string;
  received: Received[];
  /** While set, the server fails this way. */
  failing: Failure | undefined;
  close(): Promise<void>;
}

/** A server on a free port of loopback: over TLS where a certificate is given. */
export async function startRemote(
  handle: (received: Received) => Reply | Promise<Reply>,
  tls?: { certFile: string; keyFile: string },
): Promise<RemoteFake> {
  const listen = (request: IncomingMessage, response: ServerResponse): void => void answer(request, response);
  const server = tls
    ? createTls({ cert: readFileSync(tls.certFile), key: readFileSync(tls.keyFile) }, listen)
    : createPlain(listen);
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `${tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const fake: RemoteFake = {
    url,
    received: [],
    failing: undefined,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const received: Received = {
      method: request.method ?? '',
      url: new URL(request.url ?? '/', url),
      headers: request.headers,
      body: Buffer.concat(chunks).toString('utf8'),
    };
    fake.received.push(received);
    if (fake.failing !== undefined) return fail(fake.failing, response);
    const { status, headers = {}, body = '' } = await handle(received);
    response.writeHead(status, headers).end(body);
  }
  return fake;
}

function fail(failure: Failure, response: ServerResponse): void {
  switch (failure) {
    case 'silent':
      return;
    case 'cut':
      response.destroy();
      return;
    case 'broken':
      response.writeHead(500).end('{"error":"broken"}');
      return;
    case 'nonsense':
      response.writeHead(200, { 'content-type': 'application/json' }).end('<html>not json');
      return;
    case 'endless':
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end('x'.repeat(2 * 1024 * 1024));
  }
}
