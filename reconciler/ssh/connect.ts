import { connect as connectSocket, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import ssh2 from 'ssh2';
import type { Client, ConnectConfig } from 'ssh2';
import { abortReason } from '../model/clock.ts';
import { Transient } from '../model/errors.ts';
import { connectError } from './connect-error.ts';
import { deadline } from './deadline.ts';
import { hostKeyAlgorithms, verifyHostKey } from './host-key.ts';
import type { HostKeyDecision, HostKeyPolicy } from './host-key.ts';
import { loadIdentity } from './identity.ts';
import type { IdentityConfig, IdentityDeps } from './identity.ts';

/** Deadline of a login when none is given: the socket, the handshake and the authentication together. */
export const DEFAULT_CONNECT_TIMEOUT_MS = 10_000;
/**
 * Silence after which a server is asked whether it is still there, in milliseconds. Longer than the minute between the checks
 * of a host, whose answers are proof enough (each question costs as much as a third of a check), and shorter than any
 * firewall forgets a connection. Who waits for an answer has deadlines of its own.
 */
const KEEPALIVE_INTERVAL_MS = 75_000;
const KEEPALIVE_MISSES = 3;

export interface ConnectOptions {
  /** For messages: the name of the host resource, or `host:port`. */
  readonly label: string;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly identity: IdentityConfig;
  readonly hostKeys: HostKeyPolicy;
  /** Where a person writes down this server's keys, for hints. Default `spec.hostKeys` of a Host. */
  readonly hostKeysPlace?: string;
  /** A stream that already leads to the server, from `forward`; `host` and `port` are then for messages only. */
  readonly sock?: Duplex;
  /** Milliseconds for everything from the first packet to the end of the login. Default 10 s. */
  readonly timeoutMs?: number;
  readonly deps: IdentityDeps;
}

/** An authenticated connection. */
export interface SshConnection {
  readonly client: Client;
  /** The key the server proved, `ssh-ed25519 AAAA…`. */
  readonly hostKey: string;
  /** True: nothing was pinned and the key was trusted on first use; the caller records it. */
  readonly firstUse: boolean;
  /** False from the moment that either side has ended it. */
  isOpen(): boolean;
  /** Bytes that the server has sent so far. */
  heard(): number;
  /** Says goodbye, and drops the socket when the server does not answer that within a second. */
  close(): void;
  /** Drops the socket at once. */
  destroy(): void;
}

/**
 * Logs in. Throws Transient `HOST_UNREACHABLE`, `LOGIN_TIMED_OUT` or `CONNECTION_LOST`, InvalidInput `HOST_KEY_CHANGED`, `HOST_KEY_UNKNOWN`, `LOGIN_REFUSED` or
 * one of `loadIdentity`, and the reason of the signal when aborted; the socket is gone in every such case.
 */
export async function connect(options: ConnectOptions, signal: AbortSignal): Promise<SshConnection> {
  if (signal.aborted) throw abortReason(signal);
  const credential = await loadIdentity(options.identity, options.deps);
  const timeoutMs = options.timeoutMs ?? DEFAULT_CONNECT_TIMEOUT_MS;
  const client = new ssh2.Client();
  const sock = options.sock ?? connectSocket({ host: options.host, port: options.port, noDelay: true });
  let connected = options.sock !== undefined;
  sock.once('connect', () => void (connected = true));
  let decision: HostKeyDecision | undefined;
  const config = {
    sock,
    username: options.user,
    authHandler: credential.authMethods(options.user),
    readyTimeout: timeoutMs,
    keepaliveInterval: KEEPALIVE_INTERVAL_MS,
    keepaliveCountMax: KEEPALIVE_MISSES,
    algorithms: { serverHostKey: hostKeyAlgorithms(options.hostKeys) },
    hostVerifier: (offered: Buffer) => {
      decision = verifyHostKey(options.hostKeys, offered);
      return decision.verdict === 'accepted' || decision.verdict === 'recorded-first-use';
    },
  };
  // A connection in use reports its end by `close`; an error without a listener would end the process.
  client.on('error', () => undefined);
  let open = true;
  const ended = (): void => void (open = false);
  client.once('end', ended).once('close', ended);
  try {
    await ready(client, config, timeoutMs, signal);
  } catch (error) {
    sock.destroy();
    if (signal.aborted) throw abortReason(signal);
    throw connectError({
      error,
      decision,
      timeoutMs,
      reached: decision || heardOf(sock) ? 'server' : connected ? 'socket' : 'nothing',
      label: options.label,
      host: options.host,
      port: options.port,
      user: options.user,
      credential: credential.description,
      hostKeysPlace: options.hostKeysPlace ?? 'spec.hostKeys',
    });
  }
  if (!decision) {
    sock.destroy();
    throw new Transient(`${options.label} logged us in without proving a host key.`, { code: 'HOST_UNREACHABLE' });
  }
  return {
    client,
    hostKey: decision.offered,
    firstUse: decision.verdict === 'recorded-first-use',
    isOpen: () => open,
    heard: counterOf(sock),
    close: () => {
      client.end();
      setTimeout(() => sock.destroy(), 1000).unref();
    },
    destroy: () => void sock.destroy(),
  };
}

/** Counts what comes from a stream that flows; one through a jump host keeps no count of its own. */
function counterOf(sock: Duplex): () => number {
  if (sock instanceof Socket) return () => sock.bytesRead;
  let bytes = 0;
  sock.on('data', (chunk: Buffer) => (bytes += chunk.length));
  return () => bytes;
}

/** Whether the server has said anything; a stream through a jump host does not tell. */
function heardOf(sock: Duplex): boolean {
  return sock instanceof Socket && sock.bytesRead > 0;
}

/** Opens a stream from a logged-in host to `host:port`: the way through a jump host. */
export function forward(
  through: Client,
  host: string,
  port: number,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Duplex> {
  const bound = deadline(signal, timeoutMs);
  return new Promise<Duplex>((resolve, reject) => {
    function failed(cause: unknown): void {
      reject(
        new Transient(`The jump host did not open the way to ${host}:${port}.`, {
          code: 'HOST_UNREACHABLE',
          hint: 'Check that the jump host reaches that address and that its sshd allows TCP forwarding.',
          cause,
        }),
      );
    }
    function aborted(): void {
      if (signal.aborted) reject(abortReason(signal));
      else failed(abortReason(bound.signal));
    }
    if (bound.signal.aborted) return aborted();
    bound.signal.addEventListener('abort', aborted, { once: true });
    try {
      through.forwardOut('127.0.0.1', 0, host, port, (error, stream) => {
        if (error) return failed(error);
        if (bound.signal.aborted) return void stream.destroy();
        // Errors show as the end of the login that uses it; without a listener one would end the process.
        stream.on('error', () => undefined);
        resolve(stream);
      });
    } catch (error) {
      failed(error);
    }
  }).finally(() => bound.clear());
}

function ready(client: Client, config: ConnectConfig, timeoutMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    let first: Error | undefined;
    const timer = setTimeout(
      () => settle(Object.assign(new Error('deadline'), { level: 'client-timeout' })),
      timeoutMs,
    );
    const aborted = (): void => settle(abortReason(signal));
    const closed = (): void => settle(first ?? Object.assign(new Error('closed'), { level: 'closed' }));
    function failed(error: Error & { level?: string }): void {
      first ??= error;
      // After a failed agent ssh2 goes on to the next method and reports the end of the list itself.
      if (error.level !== 'agent') settle(first);
    }
    function settle(error?: Error): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', aborted);
      client.off('close', closed).off('error', failed);
      if (error === undefined) resolve();
      else reject(error);
    }
    signal.addEventListener('abort', aborted, { once: true });
    client
      .on('error', failed)
      .on('close', closed)
      .once('ready', () => settle());
    try {
      client.connect(config);
    } catch (error) {
      settle(error instanceof Error ? error : new Error(String(error)));
    }
  });
}
