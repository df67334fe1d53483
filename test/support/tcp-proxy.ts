import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** What the proxy lets through no more: what is asked, what is answered, or neither. */
export type Blocked = 'requests' | 'answers' | 'both';

/** A way to a server that can be blocked, as a network that swallows everything without a word. */
export interface TcpProxy {
  /** Port on 127.0.0.1. */
  readonly port: number;
  /** From now on nothing passes in that direction (default: either); connections stay open. */
  block(direction?: Blocked): void;
  /** Everything passes again, including what was held up. */
  unblock(): void;
  /** Cuts every connection that stands, with a reset. New ones can be made. */
  reset(): void;
  close(): Promise<void>;
}

/** Starts a proxy to a port on 127.0.0.1. */
export async function startTcpProxy(target: number): Promise<TcpProxy> {
  const sockets = new Map<Socket, Blocked>();
  let blocked: Blocked | undefined;
  const flow = (socket: Socket, direction: Blocked): void => {
    if (blocked === 'both' || blocked === direction) socket.pause();
    else socket.resume();
  };
  const server = createServer({ pauseOnConnect: true }, (near) => {
    const far = connect(target, '127.0.0.1');
    for (const [from, to, direction] of [
      [near, far, 'requests'],
      [far, near, 'answers'],
    ] as const) {
      sockets.set(from, direction);
      from.on('data', (chunk) => to.write(chunk));
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
      flow(from, direction);
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const apply = (direction: Blocked | undefined): void => {
    blocked = direction;
    for (const [socket, own] of sockets) flow(socket, own);
  };
  return {
    port: (server.address() as AddressInfo).port,
    block: (direction = 'both') => apply(direction),
    unblock: () => apply(undefined),
    reset() {
      for (const socket of sockets.keys()) socket.resetAndDestroy();
    },
    async close() {
      for (const socket of sockets.keys()) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
