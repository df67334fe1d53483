import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';

/** A forward proxy of the kind that companies have: it opens tunnels, for those who may. */
export interface ForwardProxy {
  /** `http://127.0.0.1:<port>`. */
  readonly url: string;
  /** The targets of all tunnels that were asked for, refused ones too. */
  readonly asked: string[];
  /** From now on only with these credentials; others get 407. */
  requireCredentials(username: string, password: string): void;
  /** From now on every tunnel is refused with this status. */
  refuse(status: number): void;
  close(): Promise<void>;
}

/** Starts one on a free port. `map` sends a name that no DNS knows to a port of this machine: `git.internal:443`. */
export async function startForwardProxy(map: Record<string, number> = {}): Promise<ForwardProxy> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  let wanted: string | undefined;
  let status: number | undefined;
  const server = createServer((_, response) => response.writeHead(405).end());
  server.on('connect', (request, near: Socket) => {
    const target = request.url ?? '';
    asked.push(target);
    near.on('error', () => near.destroy());
    if (wanted !== undefined && request.headers['proxy-authorization'] !== wanted) {
      return near.end('HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="proxy"\r\n\r\n');
    }
    if (status !== undefined) return near.end(`HTTP/1.1 ${status} No\r\n\r\n`);
    const [, port] = /:(\d+)$/.exec(target) ?? [];
    const far = connect(map[target] ?? Number(port), '127.0.0.1', () => {
      near.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      near.pipe(far).pipe(near);
    });
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.once('close', () => (sockets.delete(socket), near.destroy(), far.destroy()));
    }
    far.on('error', () => near.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    requireCredentials(username, password) {
      wanted = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
    },
    refuse: (with_) => void (status = with_),
    async close() {
      for (const socket of sockets) socket.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
