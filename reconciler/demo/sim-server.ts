import { createServer } from 'node:net';
import type { AddressInfo, Server as NetServer, Socket } from 'node:net';
import ssh2 from 'ssh2';
import type { ClientInfo, Connection, ParsedKey } from 'ssh2';
import { forwardTo } from './sim-forward.ts';
import type { Endpoint } from './sim-forward.ts';
import type { DownReason, SimHost } from './sim-host.ts';
import { authenticate } from './sim-login.ts';
import { serveSession } from './sim-session.ts';

/** sshd asks nobody whether he is still there, unless it is told to (ClientAliveInterval); ssh2's server does by default. */
const NO_KEEPALIVE_MS = 2 ** 31 - 1;
/** Sessions that one connection may have open, as sshd's default. */
const MAX_SESSIONS = 10;
/** Connections that may stand, as a plain limit against leaks of a client. */
const MAX_CONNECTIONS = 100;

export interface SimServerOptions {
  host: SimHost;
  /** Private host key in OpenSSH form, and the one that is shown under the fault `changedHostKey`. */
  hostKey: string;
  otherHostKey: () => string;
  /** Public key of the only client that may log in. */
  clientKey: ParsedKey;
  /** Where a forwarded connection to this address leads (jump hosts); undefined is refused. */
  resolve(address: string, port: number): Endpoint | undefined;
}

/** The ssh server of one simulated host. It keeps its port while the host is down and resets who comes. */
export class SimServer {
  readonly #options: SimServerOptions;
  readonly #sockets = new Set<Socket>();
  readonly #listener: NetServer;
  #ssh: { server: ssh2.Server; changed: boolean } | undefined;

  constructor(options: SimServerOptions) {
    this.#options = options;
    this.#listener = createServer({ noDelay: true }, (socket) => this.#accept(socket));
    options.host.onDown = (reason) => this.#hostDown(reason);
    options.host.onUp = () => this.dropAll();
  }

  /** Listens on a free port of 127.0.0.1 and answers with it. */
  listen(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#listener.once('error', reject);
      this.#listener.listen(0, '127.0.0.1', () => resolve((this.#listener.address() as AddressInfo).port));
    });
  }

  /** Resets every connection that stands. */
  dropAll(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  close(): void {
    this.dropAll();
    this.#listener.close();
  }

  #hostDown(reason: DownReason): void {
    for (const socket of this.#sockets) {
      // A power loss says nothing: the peer must find out by itself. An orderly shutdown closes.
      if (reason === 'cut') socket.pause();
      else socket.destroy();
    }
  }

  #accept(socket: Socket): void {
    const { host } = this.#options;
    socket.on('error', () => socket.destroy());
    if (!host.up || host.faults.unreachable || this.#sockets.size >= MAX_CONNECTIONS) {
      socket.resetAndDestroy();
      return;
    }
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    if (host.faults.hangAtLogin) {
      socket.resume();
      return;
    }
    sayTogether(socket);
    this.#server().injectSocket(socket);
  }

  /** Made with the first connection, so that a fleet of a thousand starts at once; made anew when the key changes. */
  #server(): ssh2.Server {
    const changed = this.#options.host.faults.changedHostKey ?? false;
    if (this.#ssh?.changed === changed) return this.#ssh.server;
    const key = changed ? this.#options.otherHostKey() : this.#options.hostKey;
    const server = new ssh2.Server({
      hostKeys: [key],
      ident: 'OpenSSH_9.2-intendant-simulation',
      keepaliveInterval: NO_KEEPALIVE_MS,
    });
    server.on('connection', (client: Connection, info: ClientInfo) => this.#serve(client, info));
    this.#ssh = { server, changed };
    return server;
  }

  #serve(client: Connection, info: ClientInfo): void {
    const { host } = this.#options;
    const user = authenticate(client, host, this.#options.clientKey);
    let sessions = 0;
    client.on('error', () => undefined);
    client.on('session', (accept, reject) => {
      if (sessions >= MAX_SESSIONS) {
        host.note({ event: 'refused', reason: 'too many sessions' });
        reject();
        return;
      }
      sessions += 1;
      const session = accept();
      session.on('close', () => (sessions -= 1));
      serveSession(session, host, { root: user() === 'root', reset: () => this.#reset(info.port) });
    });
    client.on('tcpip', (accept, reject, { destIP, destPort }) => {
      const to = this.#options.resolve(destIP, destPort);
      if (to) forwardTo(to, accept, reject);
      else reject();
    });
  }

  /** Resets the connection that comes from this port of the peer. */
  #reset(peerPort: number): void {
    for (const socket of this.#sockets) if (socket.remotePort === peerPort) socket.resetAndDestroy();
  }
}

/** What is said in one turn goes out at once: sshd, too, sends output, exit status and close in one piece. */
function sayTogether(socket: Socket): void {
  const write: (chunk: Buffer | string) => boolean = socket.write.bind(socket);
  let held = false;
  socket.write = (chunk: Buffer | string) => {
    if (!held) {
      held = true;
      socket.cork();
      setImmediate(() => {
        held = false;
        socket.uncork();
      });
    }
    return write(chunk);
  };
}
