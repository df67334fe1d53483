import { rootCertificates } from 'node:tls';
import type { Etcd3, IOptions } from 'etcd3';
import { abortReason, systemClock, type Clock, type Random } from '../model/clock.ts';
import { Transient } from '../model/errors.ts';
import type { Sensitive } from '../model/sensitive.ts';
import { certainlyNotWritten, storeUnavailable } from './etcd-errors.ts';

/** How to reach etcd, and how long to wait for it. */
export interface EtcdOptions {
  /** `http://host:port` or `https://host:port`, all of one kind. */
  endpoints: readonly string[];
  /** Name of the fleet: everything lives below `/intendant/<fleet>/`. */
  fleet: string;
  /** PEM: who signed the servers' certificates. Absent: the system's authorities. */
  ca?: Buffer;
  /** PEM: our certificate and its key, for servers that ask for one. */
  certificate?: Buffer;
  key?: Sensitive;
  username?: string;
  password?: Sensitive;
  /** Deadline of one call. Default 5 s. */
  callTimeoutMs?: number;
  /** How long a commit looks for the outcome of a transaction that got no answer. Default 30 s. */
  commitTimeoutMs?: number;
  /** A watch is told to list again this often even when nothing seems wrong. Default 5 min. */
  relistEveryMs?: number;
  /** Hints kept for a slow watch before it is told to list again. */
  watchBuffer?: number;
  /** True: also a store whose rewriting was cut off, to rewrite it. */
  evenIncomplete?: boolean;
  clock?: Clock;
  random?: Random;
  /** Called when the store has been closed, or could not be opened. */
  onClose?: () => Promise<void>;
}

/** Options of one call as etcd3 takes them. */
export interface CallOptions {
  /** Wall clock, ms. */
  deadline: number;
}

/** What etcd3 takes as a fault policy, from its own types. */
type Policy = NonNullable<NonNullable<IOptions['faultHandling']>['global']>;

/** Time beyond a call's own deadline after which it is given up from outside: for what comes before the call, such as a login. */
const GRACE_MS = 250;
const LARGEST_ANSWER = 32 * 1024 * 1024;

/** etcd3 with a deadline on every call, no retries but those asked for, and one kind of error. */
export class EtcdConnection {
  readonly etcd: Etcd3;
  readonly endpoints: readonly string[];
  readonly prefix: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly callTimeoutMs: number;

  constructor(etcd: Etcd3, options: EtcdOptions) {
    this.etcd = etcd;
    this.endpoints = options.endpoints;
    this.prefix = `/intendant/${options.fleet}/`;
    this.clock = options.clock ?? systemClock;
    this.random = options.random ?? Math.random;
    this.callTimeoutMs = options.callTimeoutMs ?? 5000;
  }

  /** The full key, as etcd takes it. */
  key(key: string): Buffer {
    return Buffer.from(this.prefix + key);
  }

  /** Our key of a full one. */
  strip(key: Buffer): string {
    return key.toString('utf8').slice(this.prefix.length);
  }

  /** One attempt, with etcd3's own error when it fails: for callers that must know how. */
  async attempt<T>(call: (options: CallOptions) => Promise<T>, timeoutMs: number, signal?: AbortSignal): Promise<T> {
    if (signal?.aborted) throw abortReason(signal);
    return new Promise<T>((resolve, reject) => {
      const timer = setTimeout(() => finish(() => reject(late(timeoutMs))), timeoutMs + GRACE_MS);
      const aborted = (): void => finish(() => reject(abortReason(signal!)));
      signal?.addEventListener('abort', aborted, { once: true });
      function finish(settle: () => void): void {
        clearTimeout(timer);
        signal?.removeEventListener('abort', aborted);
        settle();
      }
      call({ deadline: Date.now() + timeoutMs }).then(
        (value) => finish(() => resolve(value)),
        (error: unknown) => finish(() => reject(error instanceof Error ? error : new Error(String(error)))),
      );
    });
  }

  /**
   * A call that may be made any number of times: tried again at once, on another member where there is one, until its
   * deadline. Throws Transient `STORE_UNAVAILABLE`. `doing` completes the sentence "could not …".
   */
  async read<T>(doing: string, call: (options: CallOptions) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const deadline = this.clock.monotonic() + this.callTimeoutMs;
    const attempts = this.endpoints.length + 1;
    const share = this.endpoints.length > 1 ? this.callTimeoutMs / 2 : this.callTimeoutMs;
    let last: unknown;
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const left = deadline - this.clock.monotonic();
      if (left <= 0) break;
      try {
        return await this.attempt(call, Math.min(share, left), signal);
      } catch (error) {
        if (signal?.aborted) throw abortReason(signal);
        last = error;
        if (certainlyNotWritten(error)) break;
      }
    }
    throw storeUnavailable(this.endpoints, doing, last);
  }

  /** Revision of the store now. */
  async currentRevision(signal?: AbortSignal): Promise<number> {
    const request = { key: this.key('meta'), keys_only: true };
    const answer = await this.read('tell its revision', (options) => this.etcd.kv.range(request, options), signal);
    return Number(answer.header.revision);
  }
}

/** Opens a connection. Nothing is sent yet. etcd3 is loaded here because loading it blocks for a quarter of a second. */
export async function connectEtcd(options: EtcdOptions): Promise<EtcdConnection> {
  const { Etcd3: Client } = await import('etcd3');
  const { ca, certificate, key, username, password } = options;
  const secure = options.endpoints.some((endpoint) => endpoint.startsWith('https:'));
  const timeoutMs = options.callTimeoutMs ?? 5000;
  const etcd = new Client({
    hosts: [...options.endpoints],
    credentials:
      secure && (ca ?? certificate) !== undefined
        ? {
            rootCertificate: ca ?? Buffer.from(rootCertificates.join('\n')),
            certChain: certificate,
            privateKey: key && Buffer.from(key.reveal()),
          }
        : undefined,
    auth:
      username !== undefined && password !== undefined
        ? { username, password: password.reveal(), callOptions: () => ({ deadline: Date.now() + timeoutMs }) }
        : undefined,
    defaultCallOptions: (context) => (context.isStream ? {} : { deadline: Date.now() + timeoutMs }),
    // No breaker and no retry: a breaker fails calls that would succeed, and a silent retry of a transaction lies about it.
    faultHandling: { global: passThrough(), host: passThrough },
    grpcOptions: {
      'grpc.initial_reconnect_backoff_ms': 200,
      'grpc.max_reconnect_backoff_ms': 2000,
      'grpc.use_local_subchannel_pool': 1,
      'grpc.max_receive_message_length': LARGEST_ANSWER,
      // Finds out within 15 s that a watch's connection is dead. etcd refuses pings more often than every 5 s.
      'grpc.keepalive_time_ms': 10_000,
      'grpc.keepalive_timeout_ms': 5_000,
      // With an empty service configuration of the client's own, gRPC looks for none in DNS.
      'grpc.service_config_disable_resolution': 1,
    },
  });
  return new EtcdConnection(etcd, options);
}

/** The range that covers every key with this prefix. */
export function prefixRange(prefix: Buffer): { key: Buffer; range_end: Buffer } {
  const end = Buffer.from(prefix);
  end[end.length - 1]! += 1; // a prefix ends in ASCII, so this never overflows
  return { key: prefix, range_end: end };
}

function late(timeoutMs: number): Error {
  return new Error(`no answer within ${timeoutMs} ms`);
}

function passThrough(): Policy {
  const silent = (): { dispose(): void } => ({ dispose: () => undefined });
  return {
    _altReturn: undefined as never,
    onSuccess: silent,
    onFailure: silent,
    execute: async (work, signal = new AbortController().signal) => work({ signal }),
  };
}

/** The error of a call on a connection that was closed. */
export function connectionClosed(): Transient {
  return new Transient('The store was closed.', { code: 'STORE_UNAVAILABLE', hint: 'The daemon is stopping.' });
}
