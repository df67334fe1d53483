import { chmod, lstat, mkdtemp, rename, rm } from 'node:fs/promises';
import { connect, type Server } from 'node:net';
import { dirname, join } from 'node:path';
import { createAdaptorServer } from '@hono/node-server';
import { InvalidInput, messageOf, Waiting } from '../model/errors.ts';
import { socketRoutes, type SocketRoutesOptions } from './socket-routes.ts';

export interface SocketServerOptions extends Omit<SocketRoutesOptions, 'stopping'> {
  /** Absolute path of the socket. */
  path: string;
}

/** Longest path of a unix socket on Linux, in bytes. */
const MAX_PATH = 107;
/** How long answers in hand may take to end when the daemon stops, before they are cut, in milliseconds. */
const GRACE_MS = 500;
/** How long a daemon may take to accept a connection before its socket counts as dead. */
const ANSWER_MS = 1000;

/**
 * Listens on a unix socket that only this user can open. A socket that nobody answers on is replaced; where a daemon
 * answers, throws Waiting `DAEMON_RUNNING`. Throws InvalidInput where the path cannot be a socket.
 */
export async function serveSocket(options: SocketServerOptions): Promise<{ close(): Promise<void> }> {
  const { path } = options;
  if (Buffer.byteLength(path) > MAX_PATH) throw tooLong(path);
  await refuseWhenTaken(path);
  const stop = new AbortController();
  const app = socketRoutes({ ...options, stopping: stop.signal });
  const server = createAdaptorServer({ fetch: app.fetch }) as Server &
    Record<'closeIdleConnections' | 'closeAllConnections', () => void>;
  const inode = await listenPrivately(server, path);
  return {
    async close() {
      stop.abort(new Error('the daemon stops'));
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const late = setTimeout(() => server.closeAllConnections(), GRACE_MS);
      await closed;
      clearTimeout(late);
      // Only our own: another daemon may have taken the place since.
      if ((await inodeOf(path)) === inode) await rm(path, { force: true });
    },
  };
}

/**
 * Binds in a folder of its own that only we can enter, then moves the socket to its place: at no moment is it open to
 * others, and no moment exists in which the path names a socket that does not answer.
 */
async function listenPrivately(server: Server, path: string): Promise<number | undefined> {
  const folder = await mkdtemp(join(dirname(path), '.s'));
  try {
    const bound = join(folder, 's');
    await new Promise<void>((resolve, reject) => {
      // Also later: an error that nobody hears ends the daemon. Where there is no file left to open, whoever asked asks again.
      server.on('error', reject);
      server.listen(bound, () => resolve());
    });
    await chmod(bound, 0o600);
    await rename(bound, path);
    return await inodeOf(path);
  } catch (cause) {
    server.close();
    throw new InvalidInput(`The daemon cannot listen on ${path}: ${messageOf(cause)}`, {
      code: 'SOCKET_UNUSABLE',
      hint: 'Check that the state folder exists and belongs to the user that runs the daemon.',
      cause,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function refuseWhenTaken(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (!found) return;
  if (!found.isSocket()) {
    throw new InvalidInput(`${path} is not a socket, so it is not replaced.`, {
      code: 'SOCKET_UNUSABLE',
      hint: 'Move it away; the daemon listens there.',
    });
  }
  if (!(await answers(path))) return;
  throw new Waiting(`Another daemon answers on ${path}.`, {
    code: 'DAEMON_RUNNING',
    hint: 'Stop it first, or give this one a state folder of its own.',
  });
}

/** True when somebody accepts a connection, or is too busy to: only a refusal proves that nobody is there. */
function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const done = (taken: boolean): void => {
      socket.destroy();
      resolve(taken);
    };
    socket.setTimeout(ANSWER_MS, () => done(true));
    socket.once('connect', () => done(true));
    socket.once('error', (error: NodeJS.ErrnoException) =>
      done(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT'),
    );
  });
}

async function inodeOf(path: string): Promise<number | undefined> {
  return (await lstat(path).catch(() => undefined))?.ino;
}

function tooLong(path: string): InvalidInput {
  return new InvalidInput(`The path of the socket, ${path}, is longer than ${MAX_PATH} bytes.`, {
    code: 'SOCKET_PATH_TOO_LONG',
    hint: 'Choose a state folder with a shorter path.',
  });
}
