import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** What becomes of a new connection: it passes, or it hangs or is reset once the server has sent that many bytes. */
export type ProxyFault = 'pass' | { after: number; then: 'hang' | 'reset' };

/** A way to a server on which logins can break in their middle. */
export interface FaultyProxy {
  /** Port on the address that was asked for. */
  readonly port: number;
  /** For connections from now on; those that stand are cut. */
  become(fault: ProxyFault): void;
  close(): Promise<void>;
}

/** Starts one in front of `address:port`, on the same address. */
export async function startFaultyProxy(address: string, port: number): Promise<FaultyProxy> {
  const sockets = new Set<Socket>();
  let fault: ProxyFault = 'pass';
  const server = createServer((near) => {
    const far = connect(port, address);
    const mine = fault;
    let sent = 0;
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
    near.on('data', (chunk) => far.write(chunk));
    far.on('data', (chunk) => {
      if (mine === 'pass') return void near.write(chunk);
      near.write(chunk.subarray(0, Math.max(0, mine.after - sent)));
      sent += chunk.length;
      if (sent >= mine.after && mine.then === 'reset') setImmediate(() => near.resetAndDestroy());
    });
  }).listen(0, address);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    become(next) {
      fault = next;
      for (const socket of sockets) socket.destroy();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
