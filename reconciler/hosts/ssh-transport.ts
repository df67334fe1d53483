import { setMaxListeners } from 'node:events';
import { asIntendantError, Transient, InvalidInput } from '../model/errors.ts';
import { abortReason, systemClock } from '../model/clock.ts';
import type { Clock } from '../model/clock.ts';
import { NO_METER, type Meter } from '../model/meter.ts';
import type { Sensitive } from '../model/sensitive.ts';
import { connect, DEFAULT_CONNECT_TIMEOUT_MS, forward } from '../ssh/connect.ts';
import { verifyHostKey } from '../ssh/host-key.ts';
import type { HostKeyPolicy } from '../ssh/host-key.ts';
import type { KnownKeys } from '../ssh/known-hosts.ts';
import type { IdentityConfig } from '../ssh/identity.ts';
import { startLimit } from '../ssh/start-limit.ts';
import type { Slots } from '../ssh/slots.ts';
import { newNonce } from './frame.ts';
import { knownHostsFile } from './known-hosts-file.ts';
import type { KnownHostsFile } from './known-hosts-file.ts';
import { PooledConnection } from './pooled-connection.ts';
import { sudoPassword, withSudoPassword } from './sudo.ts';
import { SharedAttempt } from './shared-attempt.ts';
import type { HostSession, HostTarget, HostTransport } from './transport.ts';
import { parseUpload, uploadCommand } from './upload.ts';

const DEFAULT_IDLE_MS = 15 * 60_000;

export interface SshTransportOptions {
  /** Identities by name; `default` is for hosts that name none. */
  identities: Readonly<Record<string, IdentityConfig>>;
  /** Asked for hosts without pinned keys; its `@revoked` keys are never accepted. */
  knownHostsFile?: string;
  /** Deadline of one login, each jump counted by itself. Default 10 s. */
  connectTimeoutMs?: number;
  /** Logins under way at once. Default 20. */
  maxConcurrentStarts?: number;
  /** A connection without a user for that long is closed. Default 15 min. */
  idleMs?: number;
  /** Where an address really is: `address:port` to `address:port`. For simulated fleets and tunnels. */
  dialMap?: Readonly<Record<string, string>>;
  /** Keys that are right at an `address:port` of the inventory, in place of those that the target names. */
  hostKeyMap?: Readonly<Record<string, readonly string[]>>;
  /** Default `process.env`. */
  env?: Readonly<Record<string, string | undefined>>;
  clock?: Clock;
  /** Called with a sentence about something usable but wrong. */
  onWarning?: (message: string) => void;
  /** Counts connections and logins. */
  meter?: Meter;
}

/** Reaches hosts by SSH over one pooled connection each, which is proven anew whenever what proves it has changed. */
export function sshTransport(options: SshTransportOptions): HostTransport {
  return new SshTransport(options);
}

class SshTransport implements HostTransport {
  readonly #options: SshTransportOptions;
  readonly #clock: Clock;
  readonly #meter: Meter;
  readonly #starts: Slots;
  readonly #knownHosts: KnownHostsFile | undefined;
  /** Live connections by route, and logins under way by route and accepted keys. */
  readonly #pool = new Map<string, PooledConnection>();
  readonly #attempts = new Map<string, SharedAttempt<PooledConnection>>();
  readonly #closing = new AbortController();

  constructor(options: SshTransportOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#starts = startLimit(options.maxConcurrentStarts);
    this.#meter = options.meter ?? NO_METER;
    this.#meter.gauge('sshConnectionsOpen', () => this.#pool.size);
    if (options.knownHostsFile !== undefined) {
      this.#knownHosts = knownHostsFile(options.knownHostsFile, options.onWarning);
    }
  }

  async open(target: HostTarget, signal: AbortSignal): Promise<HostSession> {
    // One signal of the daemon stands behind every login; that many listeners are no leak.
    setMaxListeners(0, signal, this.#closing.signal);
    const connection = await this.#connection(target, signal);
    const release = connection.use();
    try {
      const password = (): Promise<Sensitive | undefined> =>
        sudoPassword(this.#identity(target), this.#options.env ?? process.env);
      return session(target, connection, { firstUse: !(await this.#isWrittenDown(target)), release, password });
    } catch (error) {
      release();
      throw error;
    }
  }

  drop(name: string): void {
    for (const [login, attempt] of this.#attempts) if (nameOf(login) === name) attempt.abandon(dropped(name));
    for (const [route, connection] of [...this.#pool]) if (nameOf(route) === name) connection.close();
  }

  async close(): Promise<void> {
    this.#closing.abort(new Transient('The SSH transport is closed.', { code: 'TRANSPORT_CLOSED' }));
    for (const connection of [...this.#pool.values()]) connection.close();
    await Promise.allSettled([...this.#attempts.values()].map((attempt) => attempt.ended));
  }

  async #connection(target: HostTarget, signal: AbortSignal): Promise<PooledConnection> {
    if (this.#closing.signal.aborted) throw abortReason(this.#closing.signal);
    if (signal.aborted) throw abortReason(signal);
    const route = routeOf(target);
    const policy = await this.#hostKeyPolicy(target);
    const pooled = this.#pool.get(route);
    if (pooled?.isOpen && proven(pooled, policy)) return pooled;
    pooled?.close();
    // Logins are shared only between callers who would accept the same keys.
    const login = JSON.stringify([target.name, route, policy]);
    let attempt = this.#attempts.get(login);
    if (!attempt || attempt.abandoned) {
      const started = new SharedAttempt((own) => this.#login(route, target, policy, own), this.#closing.signal);
      attempt = started;
      this.#attempts.set(login, started);
      void started.ended.then(() => {
        if (this.#attempts.get(login) === started) this.#attempts.delete(login);
      });
    }
    return attempt.join(signal);
  }

  /** Logs in through the jump hosts, which are pooled like any other; they stay in use as long as this connection. */
  async #login(
    route: string,
    target: HostTarget,
    hostKeys: HostKeyPolicy,
    signal: AbortSignal,
  ): Promise<PooledConnection> {
    const identity = this.#identity(target);
    const through = await this.#through(target, signal);
    const leaveJump = through?.use();
    try {
      const login = this.#starts.run(async () => {
        const [host, port] = this.#dial(target);
        const timeoutMs = this.#options.connectTimeoutMs ?? DEFAULT_CONNECT_TIMEOUT_MS;
        const sock = through && (await forward(through.client, host, port, timeoutMs, signal));
        const deps = { env: this.#options.env ?? process.env, onWarning: this.#options.onWarning };
        return connect(
          { label: target.name, host, port, user: target.user, identity, hostKeys, sock, timeoutMs, deps },
          signal,
        );
      }, signal);
      const connection = await this.#counted(login, signal);
      const pooled: PooledConnection = new PooledConnection(connection, {
        clock: this.#clock,
        idleMs: this.#options.idleMs ?? DEFAULT_IDLE_MS,
        onClosed: () => {
          leaveJump?.();
          if (this.#pool.get(route) === pooled) this.#pool.delete(route);
        },
      });
      this.#pool.get(route)?.close();
      this.#pool.set(route, pooled);
      return pooled;
    } catch (error) {
      leaveJump?.();
      throw error;
    }
  }

  /** Counts how a login ended, unless it was given up. */
  async #counted<T>(login: Promise<T>, signal: AbortSignal): Promise<T> {
    try {
      const connection = await login;
      this.#meter.count('sshLogins', { result: 'ok' });
      return connection;
    } catch (error) {
      if (!signal.aborted) this.#meter.count('sshLogins', { result: asIntendantError(error).code });
      throw error;
    }
  }

  async #through(target: HostTarget, signal: AbortSignal): Promise<PooledConnection | undefined> {
    const last = target.jumps.at(-1);
    return last && this.#connection({ ...last, jumps: target.jumps.slice(0, -1) }, signal);
  }

  async #hostKeyPolicy(target: HostTarget): Promise<HostKeyPolicy> {
    const known = (await this.#knownHosts?.read())?.lookup(target.address, target.port);
    const written = this.#writtenKeys(target, known);
    const recorded = target.trustOnFirstUse && target.recordedKey !== undefined ? [target.recordedKey] : [];
    const pinned = written.length > 0 ? written : recorded;
    return { pinned, revoked: known?.revoked ?? [], trustOnFirstUse: target.trustOnFirstUse };
  }

  /** What people wrote down comes first, wherever they did: what was only seen once never stands against it. */
  #writtenKeys(target: HostTarget, known: KnownKeys | undefined): readonly string[] {
    const own = this.#options.hostKeyMap?.[addressOf(target)] ?? target.hostKeys;
    return own.length > 0 ? own : (known?.keys ?? []);
  }

  async #isWrittenDown(target: HostTarget): Promise<boolean> {
    const known = (await this.#knownHosts?.read())?.lookup(target.address, target.port);
    return this.#writtenKeys(target, known).length > 0;
  }

  #identity(target: HostTarget): IdentityConfig {
    const name = target.identity ?? 'default';
    const identity = Object.hasOwn(this.#options.identities, name) ? this.#options.identities[name] : undefined;
    if (identity) return identity;
    throw new InvalidInput(`${target.name} is to be logged in to with the identity ${name}, which is not configured.`, {
      code: 'IDENTITY_UNUSABLE',
      hint: `Add ssh.identities.${name} to the daemon's configuration, or name another identity on the Host.`,
    });
  }

  #dial(target: HostTarget): [host: string, port: number] {
    const mapped = this.#options.dialMap?.[addressOf(target)];
    if (mapped === undefined) return [target.address, target.port];
    const at = mapped.lastIndexOf(':');
    return [mapped.slice(0, at), Number(mapped.slice(at + 1))];
  }
}

function addressOf(target: HostTarget): string {
  return `${target.address}:${target.port}`;
}

/** What makes two targets the same connection: all but the host keys, which are verified against each time. */
function routeOf(target: HostTarget): string {
  const hop = ({ name, address, port, user, identity }: HostTarget): unknown[] => [name, address, port, user, identity];
  return JSON.stringify([target.name, hop(target), target.jumps.map(hop)]);
}

function proven(connection: PooledConnection, policy: HostKeyPolicy): boolean {
  const { verdict } = verifyHostKey(policy, Buffer.from(connection.hostKey.split(' ')[1]!, 'base64'));
  return verdict === 'accepted' || verdict === 'recorded-first-use';
}

/** The name that stands first in the key of a route or of a login. */
function nameOf(route: string): string {
  return String((JSON.parse(route) as unknown[])[0]);
}

function dropped(name: string): Transient {
  return new Transient(`The login to ${name} was given up so that it can be proven anew.`, {
    code: 'HOST_UNREACHABLE',
  });
}

function session(
  target: HostTarget,
  connection: PooledConnection,
  given: { firstUse: boolean; release: () => void; password: () => Promise<Sensitive | undefined> },
): HostSession {
  const { firstUse, release, password: sudoPassword } = given;
  return {
    hostKey: connection.hostKey,
    firstUse,
    run: (line, limits, signal) => connection.run(line, limits, signal),
    release,
    sudoPassword,
    async upload(file, { timeoutMs }, signal) {
      const verb = uploadCommand({ user: target.user, nonce: newNonce() }, file);
      const password = target.user === 'root' ? undefined : await sudoPassword();
      const sent = password ? withSudoPassword(verb.line, { ...verb, password }) : verb;
      const { stdin, preface } = { preface: undefined, ...sent };
      const result = await connection.run(sent.line, { timeoutMs, stdin, preface }, signal);
      const answer = parseUpload(result.stdout, verb.nonce);
      if (answer?.written) return;
      const why = answer?.why ?? result.lostBecause ?? `exit code ${result.exitCode}`;
      throw new Transient(`${file.path} was not written on ${target.name}: ${why}`, { code: 'UPLOAD_FAILED' });
    },
  };
}
