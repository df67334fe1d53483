import type { EtcdConnection } from './etcd-connection.ts';
import type { Lease, LeaseToken } from './state-store.ts';

/** Part of the time to live after which a lease is renewed, and that kept in hand for work to stop before it runs out. */
const RENEW_EVERY = 1 / 4;
const MARGIN = 1 / 5;
const TOO_LATE = 'etcd did not acknowledge it in time';

export interface Holding {
  name: string;
  token: LeaseToken;
  /** etcd's id of the lease. */
  id: string;
  /** As etcd granted it. */
  ttlMs: number;
  /** Monotonic time at which the request was sent: the server counts from later, so ours runs out first. */
  sentAt: number;
}

/**
 * A lease that is ours, renewed until it is released or lost. etcd3's own `lost` comes at twice the time to live, when
 * another may long hold it; ours comes at the last acknowledged request plus the time to live minus a margin.
 */
export class HeldLease implements Lease {
  readonly token: LeaseToken;
  readonly lost: AbortSignal;
  readonly #connection: EtcdConnection;
  readonly #holding: Holding;
  readonly #lost = new AbortController();
  readonly #ended = new AbortController();
  readonly #onEnd: () => void;
  /** Monotonic time from which it may be anybody's. */
  #deadline = 0;
  #released: Promise<void> | undefined;

  constructor(connection: EtcdConnection, holding: Holding, onEnd: () => void) {
    this.#connection = connection;
    this.#holding = holding;
    this.#onEnd = onEnd;
    this.token = holding.token;
    this.lost = this.#lost.signal;
    this.#extend(holding.sentAt, holding.ttlMs);
    void this.#renew();
    void this.#expire();
  }

  held(): boolean {
    if (this.#connection.clock.monotonic() >= this.#deadline) this.lose(TOO_LATE);
    return !this.#ended.signal.aborted;
  }

  release(): Promise<void> {
    this.#released ??= this.#giveUp();
    return this.#released;
  }

  /** Tells the work that the lease is no longer ours. */
  lose(why: string): void {
    if (this.#ended.signal.aborted) return;
    this.#end();
    this.#lost.abort(new Error(`the lease "${this.#holding.name}" is lost: ${why}`));
  }

  #end(): void {
    this.#ended.abort();
    this.#onEnd();
  }

  async #giveUp(): Promise<void> {
    if (this.#ended.signal.aborted) return;
    this.#end();
    const { etcd } = this.#connection;
    await this.#connection
      .read('give up a lease', (options) => etcd.leaseClient.leaseRevoke({ ID: this.#holding.id }, options))
      .catch(() => undefined); // it runs out by itself
  }

  /** Sets the deadline anew: a renewal sent at `sentAt` was acknowledged with this time to live. */
  #extend(sentAt: number, ttlMs: number): void {
    this.#deadline = sentAt + ttlMs * (1 - MARGIN);
  }

  /** Tells the work at the deadline, however often that moves on until then. */
  async #expire(): Promise<void> {
    const { clock } = this.#connection;
    while (this.held()) {
      const left = this.#deadline - clock.monotonic();
      await clock.sleep(Math.max(1, left), this.#ended.signal).catch(() => undefined);
    }
  }

  async #renew(): Promise<void> {
    const { clock } = this.#connection;
    const everyMs = this.#holding.ttlMs * RENEW_EVERY;
    let pauseMs = everyMs;
    while (!this.#ended.signal.aborted) {
      try {
        await clock.sleep(pauseMs, this.#ended.signal);
        const sentAt = clock.monotonic();
        const ttlMs = await this.#keepAlive(everyMs);
        if (ttlMs <= 0) return this.lose('it has run out');
        this.#extend(sentAt, ttlMs);
        if (!(await this.#stillOurs(everyMs))) return this.lose('its key was removed or taken over');
        pauseMs = everyMs;
      } catch {
        // No answer: tried again soon. The deadline stands and ends this if no answer comes in time.
        pauseMs = everyMs / 4;
      }
    }
  }

  /** One renewal, on a stream of its own. Answers the time to live in ms, 0 when etcd no longer knows the lease. */
  async #keepAlive(timeoutMs: number): Promise<number> {
    const { etcd } = this.#connection;
    return this.#connection.attempt(
      async ({ deadline }) => {
        const stream = await etcd.leaseClient.leaseKeepAlive({ deadline });
        try {
          return await new Promise<number>((resolve, reject) => {
            stream.on('data', (answer) => resolve(Number(answer.TTL) * 1000));
            stream.on('error', reject);
            stream.on('end', () => reject(new Error('the stream ended')));
            stream.write({ ID: this.#holding.id });
          });
        } finally {
          stream.cancel();
        }
      },
      timeoutMs,
      this.#ended.signal,
    );
  }

  /** False when the key was removed by hand or written by another process of the same holder. */
  async #stillOurs(timeoutMs: number): Promise<boolean> {
    const request = { key: this.#connection.key(this.token.key), keys_only: true };
    const { etcd } = this.#connection;
    const answer = await this.#connection.attempt(
      (options) => etcd.kv.range(request, options),
      timeoutMs,
      this.#ended.signal,
    );
    return Number(answer.kvs[0]?.mod_revision ?? 0) === this.token.createRevision;
  }
}
