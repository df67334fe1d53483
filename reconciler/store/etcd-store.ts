import type { ICompare, IKeyValue, IRequestOp, IResponseOp } from 'etcd3';
import { abortReason } from '../model/clock.ts';
import { Bug, InvalidInput, messageOf } from '../model/errors.ts';
import type { Json } from '../model/json.ts';
import {
  connectEtcd,
  connectionClosed,
  prefixRange,
  type EtcdConnection,
  type EtcdOptions,
} from './etcd-connection.ts';
import { answerTooLarge, openingError } from './etcd-errors.ts';
import { EtcdHistory } from './etcd-history.ts';
import { EtcdLeases } from './etcd-lease.ts';
import { Transactor, writtenAt } from './etcd-transactor.ts';
import { watchEtcd } from './etcd-watch.ts';
import { isInternalKey } from './keys.ts';
import { readAnyMeta, readMeta } from './meta.ts';
import type { CommitResult, Entry, Expectation, Lease, ListPage, StateStore, WatchHint, Write } from './state-store.ts';
import { encodeWrites, MAX_EXPECTATIONS, splitWrites, type EncodedWrite } from './writes.ts';

const PAGE = 500;
const RELIST_EVERY_MS = 5 * 60_000;
const COMMIT_TIMEOUT_MS = 30_000;

/**
 * The store in an etcd cluster, below `/intendant/<fleet>/`. Asks it one question before it returns. Throws Transient
 * `STORE_UNAVAILABLE` when it does not answer, InvalidInput `STORE_REFUSED` when it refuses our credentials,
 * `STORE_SETTINGS` when the settings contradict each other, `STORE_TOO_NEW` when a newer version of the program has written it.
 */
export async function openEtcdStore(options: EtcdOptions): Promise<StateStore> {
  const connection = await connectEtcd(options).catch(async (error: unknown) => {
    await options.onClose?.();
    throw new InvalidInput(`The store's settings cannot be used: ${messageOf(error)}`, {
      code: 'STORE_SETTINGS',
      hint: 'Check endpoints (all http or all https), caFile, certFile and keyFile of the store.',
      cause: error,
    });
  });
  const store = new EtcdStore(connection, options);
  try {
    await (options.evenIncomplete ? readAnyMeta(store) : readMeta(store));
  } catch (error) {
    await store.close();
    throw error instanceof InvalidInput ? error : openingError(options.endpoints, error);
  }
  // Without the right to delete (a reader), what dead processes left behind stays.
  await store.sweep().catch(() => undefined);
  return store;
}

class EtcdStore implements StateStore {
  readonly #connection: EtcdConnection;
  readonly #transactor: Transactor;
  readonly #leases: EtcdLeases;
  readonly history: EtcdHistory;
  readonly #options: EtcdOptions;
  readonly #closed = new AbortController();
  readonly #commits = new Set<Promise<unknown>>();
  #hasWritten = false;

  constructor(connection: EtcdConnection, options: EtcdOptions) {
    this.#connection = connection;
    this.#options = options;
    this.#transactor = new Transactor(connection, options.commitTimeoutMs ?? COMMIT_TIMEOUT_MS);
    this.#leases = new EtcdLeases(connection);
    this.history = new EtcdHistory(connection);
  }

  async get(key: string, signal?: AbortSignal): Promise<Entry | undefined> {
    this.#begin(signal);
    const request = { key: this.#connection.key(key) };
    const answer = await this.#connection.read(
      `read "${key}"`,
      (options) => this.#connection.etcd.kv.range(request, options),
      signal,
    );
    return answer.kvs[0] && this.#entry(answer.kvs[0]);
  }

  async list(
    prefix: string,
    options: { after?: string; limit?: number } = {},
    signal?: AbortSignal,
  ): Promise<ListPage> {
    return this.#page(prefix, options, signal);
  }

  async *snapshot(signal?: AbortSignal): AsyncGenerator<readonly Entry[]> {
    let at: number | undefined;
    for (let after: string | undefined; ;) {
      const page = await this.#page(
        '',
        { ...(after !== undefined && { after }), ...(at !== undefined && { at }) },
        signal,
      );
      yield page.entries;
      at ??= page.revision;
      after = page.next;
      if (after === undefined) return;
    }
  }

  /** `at`: as it stood at this revision of the store. Default: now. */
  async #page(
    prefix: string,
    { after, limit: asked, at }: { after?: string; limit?: number; at?: number },
    signal: AbortSignal | undefined,
  ): Promise<ListPage> {
    this.#begin(signal);
    const range = { ...prefixRange(this.#connection.key(prefix)), ...(at !== undefined && { revision: at }) };
    if (after !== undefined) range.key = Buffer.concat([this.#connection.key(after), Buffer.from([0])]);
    let limit = Math.min(asked ?? PAGE, PAGE);
    for (;;) {
      try {
        const answer = await this.#connection.read(
          `list "${prefix}"`,
          (call) => this.#connection.etcd.kv.range({ ...range, limit }, call),
          signal,
        );
        const last = answer.kvs.at(-1);
        const entries = answer.kvs.map((kv) => this.#entry(kv)).filter(({ key }) => !isInternalKey(key));
        const next = answer.more && last !== undefined ? this.#connection.strip(last.key) : undefined;
        return { entries, next, revision: Number(answer.header.revision) };
      } catch (error) {
        if (limit === 1 || !answerTooLarge((error as Error).cause)) throw error;
        limit = Math.ceil(limit / 2);
      }
    }
  }

  async commit(
    writes: readonly Write[],
    expectations: readonly Expectation[] = [],
    signal?: AbortSignal,
  ): Promise<CommitResult> {
    this.#begin(signal);
    if (expectations.length > MAX_EXPECTATIONS) throw new Bug(`${expectations.length} expectations in one commit`);
    this.#hasWritten = true;
    const result = this.#commitParts(splitWrites(encodeWrites(writes)), expectations);
    this.#commits.add(result);
    try {
      return await result;
    } finally {
      this.#commits.delete(result);
    }
  }

  async #commitParts(parts: EncodedWrite[][], expectations: readonly Expectation[]): Promise<CommitResult> {
    let revision = 0;
    for (const [index, part] of parts.entries()) {
      const expected = index === 0 ? expectations : expectations.filter((expectation) => 'lease' in expectation);
      const decision = await this.#transactor.run({
        compare: expected.map((expectation) => this.#compare(expectation)),
        success: part.map((write) => this.#operation(write)),
        failure: expected.map((expectation) => ({ request_range: { key: this.#connection.key(keyOf(expectation)) } })),
      });
      if (!decision.applied) return { ok: false, failed: firstFailing(expected, decision.responses) };
      revision = decision.revision;
    }
    return { ok: true, revision };
  }

  async *watch(prefix: string, revision: number, signal: AbortSignal): AsyncGenerator<WatchHint> {
    const either = AbortSignal.any([signal, this.#closed.signal]);
    yield* watchEtcd(this.#connection, prefix, revision, either, {
      relistEveryMs: this.#options.relistEveryMs ?? RELIST_EVERY_MS,
      buffer: this.#options.watchBuffer,
    });
  }

  async lease(name: string, holder: string, ttlMs: number, signal: AbortSignal): Promise<Lease> {
    this.#begin(signal);
    return this.#leases.acquire(name, holder, ttlMs, AbortSignal.any([signal, this.#closed.signal]));
  }

  async leaseHolder(name: string, signal?: AbortSignal): Promise<string | undefined> {
    this.#begin(signal);
    return this.#leases.holder(name, signal);
  }

  async close(): Promise<void> {
    if (this.#closed.signal.aborted) return;
    this.#closed.abort(connectionClosed());
    this.#leases.close();
    await Promise.allSettled(this.#commits);
    if (this.#hasWritten) await this.#transactor.sweep(true).catch(() => undefined);
    this.#connection.etcd.close();
    await this.#options.onClose?.();
  }

  /** Removes what dead processes left behind. */
  async sweep(): Promise<void> {
    await this.#transactor.sweep(false);
  }

  /** What every call looks at first. */
  #begin(signal: AbortSignal | undefined): void {
    if (signal?.aborted) throw abortReason(signal);
    if (this.#closed.signal.aborted) throw connectionClosed();
  }

  #compare(expectation: Expectation): ICompare {
    const revision = 'lease' in expectation ? expectation.lease.createRevision : expectation.revision;
    return writtenAt(this.#connection.key(keyOf(expectation)), revision);
  }

  #operation({ key, text }: EncodedWrite): IRequestOp {
    const full = this.#connection.key(key);
    if (text === undefined) return { request_delete_range: { key: full } };
    return { request_put: { key: full, value: Buffer.from(text) } };
  }

  #entry(kv: IKeyValue): Entry {
    const key = this.#connection.strip(kv.key);
    try {
      return { key, value: JSON.parse(kv.value.toString('utf8')) as Json, revision: Number(kv.mod_revision) };
    } catch (error) {
      throw new InvalidInput(`The key "${this.#connection.prefix}${key}" in etcd does not hold JSON.`, {
        code: 'STORE_CORRUPT',
        hint: 'Somebody else wrote it: remove it with etcdctl del.',
        cause: error,
      });
    }
  }
}

function keyOf(expectation: Expectation): string {
  return 'lease' in expectation ? expectation.lease.key : expectation.key;
}

/** Which expectation it was, from what was read in the same transaction. */
function firstFailing(expectations: readonly Expectation[], responses: readonly IResponseOp[]): Expectation {
  const failed = expectations.find((expectation, index) => {
    const wanted = 'lease' in expectation ? expectation.lease.createRevision : expectation.revision;
    return Number(responses[index]?.response_range.kvs[0]?.mod_revision ?? 0) !== wanted;
  });
  if (failed === undefined) throw new Bug('etcd refused a transaction whose expectations hold');
  return failed;
}
