import { randomUUID } from 'node:crypto';
import type { IKeyValue } from 'etcd3';
import { abortReason } from '../model/clock.ts';
import { InvalidInput } from '../model/errors.ts';
import type { EtcdConnection } from './etcd-connection.ts';
import { certainlyNotWritten, storeUnavailable } from './etcd-errors.ts';
import { HeldLease } from './etcd-held-lease.ts';
import { writtenAt } from './etcd-transactor.ts';
import { watchEtcd } from './etcd-watch.ts';
import { keys } from './keys.ts';
import type { Lease } from './state-store.ts';

/** Value of a lease's key. */
interface LeaseValue {
  holder: string;
  /** Tells one holding of a holder from another. */
  nonce: string;
}

/** A waiter looks again this often, should no hint reach it. */
const LOOK_AGAIN_MS = 2000;
const PAUSE_AFTER_TROUBLE_MS = 500;

/** Takes leases: a key bound to an etcd lease, written by whoever finds it absent, or finds its own name on it. */
export class EtcdLeases {
  readonly #connection: EtcdConnection;
  readonly #held = new Set<HeldLease>();

  constructor(connection: EtcdConnection) {
    this.#connection = connection;
  }

  /** See `StateStore.lease`. Goes on trying while the store does not answer. */
  async acquire(name: string, holder: string, ttlMs: number, signal: AbortSignal): Promise<Lease> {
    for (;;) {
      if (signal.aborted) throw abortReason(signal);
      try {
        const { current, revision } = await this.#read(name, signal);
        if (current !== undefined && holderOf(current) !== holder) {
          await this.#change(name, revision, signal);
          continue;
        }
        const lease = await this.#take(name, holder, ttlMs, current);
        if (lease !== undefined && signal.aborted) await lease.release();
        else if (lease !== undefined) return lease;
      } catch (error) {
        if (signal.aborted) throw abortReason(signal);
        if (error instanceof InvalidInput) throw error;
        await this.#connection.clock.sleep(PAUSE_AFTER_TROUBLE_MS, signal);
      }
    }
  }

  async holder(name: string, signal?: AbortSignal): Promise<string | undefined> {
    const { current } = await this.#read(name, signal);
    return current && holderOf(current);
  }

  /** Stops renewing: every lease held is lost to us now, and free for others when it runs out. */
  close(): void {
    for (const lease of this.#held) lease.lose('the store was closed');
  }

  async #read(name: string, signal?: AbortSignal): Promise<{ current: IKeyValue | undefined; revision: number }> {
    const request = { key: this.#connection.key(keys.lease(name)) };
    const answer = await this.#connection.read(
      `read the lease "${name}"`,
      (options) => this.#connection.etcd.kv.range(request, options),
      signal,
    );
    return { current: answer.kvs[0], revision: Number(answer.header.revision) };
  }

  /** Writes the key if it still is as it was read. Undefined: somebody was faster, or it cannot be told; look again. */
  async #take(name: string, holder: string, ttlMs: number, current: IKeyValue | undefined): Promise<Lease | undefined> {
    const { etcd, clock, endpoints, callTimeoutMs } = this.#connection;
    const sentAt = clock.monotonic();
    const granted = await this.#connection.read('grant a lease', (options) =>
      etcd.leaseClient.leaseGrant({ TTL: Math.ceil(ttlMs / 1000) }, options),
    );
    const key = this.#connection.key(keys.lease(name));
    const value = Buffer.from(JSON.stringify({ holder, nonce: randomUUID() } satisfies LeaseValue));
    const request = {
      compare: [writtenAt(key, Number(current?.mod_revision ?? 0))],
      success: [{ request_put: { key, value, lease: granted.ID } }],
    };
    try {
      const answer = await this.#connection.attempt((options) => etcd.kv.txn(request, options), callTimeoutMs);
      if (answer.succeeded) {
        // A process of the same holder that still runs learns of it at its next renewal, not only at its next write.
        if (current !== undefined) void this.#revoke(current.lease);
        const token = { key: keys.lease(name), createRevision: Number(answer.header.revision) };
        const ttl = Number(granted.TTL) * 1000;
        const lease = new HeldLease(this.#connection, { name, token, id: granted.ID, ttlMs: ttl, sentAt }, () =>
          this.#held.delete(lease),
        );
        this.#held.add(lease);
        return lease;
      }
      void this.#revoke(granted.ID);
      return undefined;
    } catch (error) {
      // Whether or not it was written: without its etcd lease the key goes, and a late write of it is refused.
      void this.#revoke(granted.ID);
      if (certainlyNotWritten(error)) throw storeUnavailable(endpoints, `take the lease "${name}"`, error);
      throw error;
    }
  }

  async #revoke(id: string): Promise<void> {
    if (id === '0') return;
    await this.#connection
      .read('give up a lease', (options) => this.#connection.etcd.leaseClient.leaseRevoke({ ID: id }, options))
      .catch(() => undefined); // it runs out by itself
  }

  /** Resolves when the lease's key may have changed since `revision`. */
  async #change(name: string, revision: number, signal: AbortSignal): Promise<void> {
    const done = new AbortController();
    const either = AbortSignal.any([signal, done.signal]);
    const hints = watchEtcd(this.#connection, keys.lease(name), revision, either, {
      relistEveryMs: LOOK_AGAIN_MS,
      buffer: undefined,
      internal: true,
    });
    try {
      for await (const _ of hints) return;
    } finally {
      done.abort();
    }
  }
}

function holderOf(kv: IKeyValue): string {
  try {
    return (JSON.parse(kv.value.toString('utf8')) as LeaseValue).holder;
  } catch {
    return 'somebody unknown';
  }
}
