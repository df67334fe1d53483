import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import { constants } from 'node:crypto';
import type { AddressInfo, Socket } from 'node:net';
import { getRequestListener, RequestError } from '@hono/node-server';
import type { Hono } from 'hono';
import type { KindLog } from '../../kinds/context.ts';
import type { Clock } from '../../model/clock.ts';
import { InvalidInput, messageOf } from '../../model/errors.ts';
import type { ViewEnv } from './context.ts';
import { Peers } from './peers.ts';
import { problem, problemOfError } from './problem.ts';
import { readTlsMaterial, watchTls, type TlsFiles, type TlsMaterial } from './tls-material.ts';

export interface ViewServerOptions {
  app: Hono<ViewEnv>;
  /** Name or address to listen on; `::1` without brackets. */
  address: string;
  /** 0: any that is free. */
  port: number;
  /** Absent: HTTP. */
  tls?: TlsFiles | undefined;
  /** Proxies that say who their client is: addresses, or `10.0.0.0/8`. */
  trustedProxies?: readonly string[] | undefined;
  clock: Clock;
  log: KindLog;
  /** Between two looks at the certificates, in milliseconds. Default 5 seconds. */
  lookMs?: number | undefined;
  /** Connections at once; who comes beyond them is turned away. Default 2048. */
  maxConnections?: number | undefined;
}

export interface ViewServer {
  /** `http://127.0.0.1:8000`, with the port that was taken. */
  url: string;
  /** Ends what is open: idle connections at once, answers in hand after half a second. */
  close(): Promise<void>;
}

/** How long a request may take to arrive, its headers and all of it, and a connection to be idle, in milliseconds. */
const HEADERS_MS = 10_000;
const REQUEST_MS = 30_000;
const IDLE_MS = 30_000;
/** How long nothing at all may move on a connection: event streams say something more often. */
const SILENT_MS = 120_000;
const HANDSHAKE_MS = 10_000;
const LONGEST_HEADERS = 16 * 1024;
const MAX_CONNECTIONS = 2048;
/** How long answers in hand may take to end when the server stops, in milliseconds. Event streams have been told before. */
const GRACE_MS = 500;

/**
 * Listens with HTTP or TLS. Before `close`, whoever runs it aborts the context's `stopping`, which ends long answers. Throws InvalidInput
 * `VIEW_LISTEN`, `VIEW_TLS`.
 */
export async function serveView(options: ViewServerOptions): Promise<ViewServer> {
  const { tls, clock, log, lookMs } = options;
  const material = tls && (await readTlsMaterial(tls));
  const peers = new Peers(options.trustedProxies ?? [], material);
  const { server, watched, stopWatching } = open();
  const sockets = trackSockets(server);
  server.maxConnections = options.maxConnections ?? MAX_CONNECTIONS;
  server.timeout = SILENT_MS;
  const address = await listen(server, options).catch((error: unknown) => {
    stopWatching();
    throw error;
  });
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return {
    url: `${tls ? 'https' : 'http'}://${host}:${address.port}`,
    async close() {
      stopWatching();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      // Node knows only those that have begun to speak HTTP.
      const late = setTimeout(() => sockets.forEach((socket) => socket.destroy()), GRACE_MS);
      await Promise.all([closed, watched]);
      clearTimeout(late);
    },
  };

  function open(): { server: Server | TlsServer; watched: Promise<void>; stopWatching: () => void } {
    const listener = listenerOf(options.app, peers);
    const limits = {
      headersTimeout: HEADERS_MS,
      requestTimeout: REQUEST_MS,
      keepAliveTimeout: IDLE_MS,
      maxHeaderSize: LONGEST_HEADERS,
      connectionsCheckingInterval: 5000,
    };
    const stopped = new AbortController();
    const stopWatching = (): void => stopped.abort(new Error('the server stops'));
    if (!tls || !material) return { server: createServer(limits, listener), watched: Promise.resolve(), stopWatching };
    const asks = tls.clientCaFile !== undefined;
    const server = createTlsServer(
      {
        ...limits,
        ...material.context,
        handshakeTimeout: HANDSHAKE_MS,
        requestCert: asks,
        rejectUnauthorized: asks && tls.clientCertificates === 'required',
        // A resumed session would bring back a certificate that was believed before the authorities changed.
        ...(asks && { secureOptions: constants.SSL_OP_NO_TICKET }),
      },
      listener,
    );
    server.on('secureConnection', (socket) => peers.opened(socket));
    const onChange = (next: TlsMaterial): void => {
      server.setSecureContext({ ...next.context, ...(asks && { secureOptions: constants.SSL_OP_NO_TICKET }) });
      peers.changed(next);
      server.closeIdleConnections();
    };
    const watched = watchTls({ files: tls, current: material, onChange, clock, log, lookMs }, stopped.signal);
    return { server, watched, stopWatching };
  }
}

function listenerOf(app: Hono<ViewEnv>, peers: Peers): RequestListener {
  const answer = getRequestListener(
    (request, env) => {
      const incoming = env.incoming as IncomingMessage;
      const outgoing = env.outgoing as ServerResponse;
      const onClose = (listener: () => void): void => void outgoing.once('close', listener);
      const dropConnection = (): void => void incoming.socket.destroy();
      return app.fetch(request, { peer: peers.of(incoming), onClose, dropConnection });
    },
    { errorHandler: (error) => (error instanceof RequestError ? unreadable() : problemOfError(error)) },
  );
  return (incoming, outgoing) => void answer(incoming, outgoing);
}

/** For a request that names no address: a `Host` that is none, a path that cannot be one. */
function unreadable(): Response {
  return problem({
    status: 400,
    code: 'REQUEST_UNREADABLE',
    title: 'The request does not say where it goes',
    hint: 'Send the name of the server in Host, and a path.',
  });
}

function trackSockets(server: Server | TlsServer): ReadonlySet<Socket> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return sockets;
}

function listen(server: Server | TlsServer, { address, port, log }: ViewServerOptions): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    const failed = (cause: Error): void => {
      reject(
        new InvalidInput(`The view cannot listen on ${address} port ${port}: ${messageOf(cause)}`, {
          code: 'VIEW_LISTEN',
          hint: 'Check that the address is one of this machine and that nobody else listens there, or change view.listen.',
          cause,
        }),
      );
    };
    server.once('error', failed);
    server.listen({ host: address, port }, () => {
      server.off('error', failed);
      // Nobody heeding it would end the daemon: there are no files left to open, and there will be again.
      server.on('error', (error) => log.warn({ err: error }, 'a connection to the view could not be taken'));
      resolve(server.address() as AddressInfo);
    });
  });
}
