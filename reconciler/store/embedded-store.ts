import { abortReason, systemClock, type Clock } from '../model/clock.ts';
import { InvalidInput, Transient } from '../model/errors.ts';
import type { Json } from '../model/json.ts';
import { Database } from './embedded-database.ts';
import { inner, openFolder, type Level } from './embedded-folder.ts';
import { EmbeddedLeases, storeClosed } from './embedded-leases.ts';
import { levelMessage } from './folder-lock.ts';
import { HintFeed } from './hint-feed.ts';
import { readAnyMeta, readMeta } from './meta.ts';
import type { CommitResult, Entry, Expectation, Lease, ListPage, StateStore, WatchHint, Write } from './state-store.ts';
import { encodeWrites, type EncodedWrite } from './writes.ts';

const PAGE = 500;
/** Changes remembered for watches that start in the past. */
const REMEMBERED = 4096;
const LAST = '\u{10FFFF}';

type Change = Exclude<WatchHint, { type: 'relist' }>;

export interface EmbeddedStoreOptions {
  /** Made if absent; belongs to one process. */
  folder: string;
  clock?: Clock;
  /** Hints kept for a slow watch before it is told to list again. */
  watchBuffer?: number;
  /** True: also a store whose rewriting was cut off, to rewrite it. */
  evenIncomplete?: boolean;
}

/**
 * The store of a daemon without etcd, in a folder of LevelDB. Opening raises the folder's epoch, so every older lease is
 * void. A transaction of any size is one synced write: after a crash all of it is there or none. Throws InvalidInput
 * `STORE_IN_USE`, `STORE_FOREIGN`, `STORE_CORRUPT`, `STORE_TOO_NEW` or `STORE_UNREADABLE`.
 */
export async function openEmbeddedStore(options: EmbeddedStoreOptions): Promise<StateStore> {
  const database = new Database(options.folder, await openFolder(options.folder));
  const leases = new EmbeddedLeases(database.epoch, options.clock ?? systemClock);
  const store = new EmbeddedStore(options.folder, database, leases, options.watchBuffer);
  try {
    await (options.evenIncomplete ? readAnyMeta(store) : readMeta(store));
  } catch (error) {
    await store.close();
    throw error;
  }
  return store;
}

class EmbeddedStore implements StateStore {
  readonly #folder: string;
  readonly #database: Database;
  readonly #leases: EmbeddedLeases;
  readonly #watchBuffer: number | undefined;
  readonly #feeds = new Map<HintFeed, string>();
  #recent: Change[] = [];
  /** A watch from before this revision may have missed changes. */
  #rememberedFrom: number;
  #revision: number;
  #lastCommit: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(folder: string, database: Database, leases: EmbeddedLeases, watchBuffer: number | undefined) {
    this.#folder = folder;
    this.#database = database;
    this.#revision = database.revision;
    this.#rememberedFrom = database.revision;
    this.#leases = leases;
    this.#watchBuffer = watchBuffer;
  }

  async get(key: string, signal?: AbortSignal): Promise<Entry | undefined> {
    this.#begin(signal);
    return this.#read(key);
  }

  async list(
    prefix: string,
    options: { after?: string; limit?: number } = {},
    signal?: AbortSignal,
  ): Promise<ListPage> {
    this.#begin(signal);
    const limit = Math.min(options.limit ?? PAGE, PAGE);
    const level = await this.#level();
    const revision = this.#revision;
    const from = options.after === undefined ? { gte: inner.data(prefix) } : { gt: inner.data(options.after) };
    const range = { ...from, lt: inner.data(prefix) + LAST, limit: limit + 1 };
    const rows = await this.#guard(`list "${prefix}"`, () => level.iterator(range).all());
    const entries = rows.slice(0, limit).map(([key, text]) => this.#parse(key.slice(inner.dataPrefix.length), text));
    return { entries, next: rows.length > limit ? entries.at(-1)?.key : undefined, revision };
  }

  async *snapshot(signal?: AbortSignal): AsyncGenerator<readonly Entry[]> {
    this.#begin(signal);
    // An iterator of LevelDB sees the database as it was when it was made.
    const rows = (await this.#level()).iterator({ gte: inner.data(''), lt: inner.data(LAST) });
    try {
      for (;;) {
        this.#begin(signal);
        const some = await this.#guard('be read as a whole', () => rows.nextv(PAGE));
        if (some.length === 0) return;
        yield some.map(([key, text]) => this.#parse(key.slice(inner.dataPrefix.length), text));
      }
    } finally {
      await rows.close();
    }
  }

  async commit(
    writes: readonly Write[],
    expectations: readonly Expectation[] = [],
    signal?: AbortSignal,
  ): Promise<CommitResult> {
    this.#begin(signal);
    const encoded = encodeWrites(writes);
    const result = this.#lastCommit.then(() => this.#transact(encoded, expectations));
    this.#lastCommit = result.catch(() => undefined);
    return result;
  }

  async *watch(prefix: string, revision: number, signal: AbortSignal): AsyncGenerator<WatchHint> {
    if (signal.aborted) return;
    const feed = new HintFeed(this.#watchBuffer);
    if (revision < this.#rememberedFrom || revision > this.#revision) feed.push({ type: 'relist' });
    else for (const change of this.#recent) if (change.revision > revision) offer(feed, prefix, change);
    const stop = (): void => feed.close();
    signal.addEventListener('abort', stop, { once: true });
    this.#feeds.set(feed, prefix);
    try {
      yield* feed;
    } finally {
      this.#feeds.delete(feed);
      signal.removeEventListener('abort', stop);
    }
  }

  async lease(name: string, holder: string, ttlMs: number, signal: AbortSignal): Promise<Lease> {
    return this.#leases.acquire(name, holder, ttlMs, signal);
  }

  async leaseHolder(name: string, signal?: AbortSignal): Promise<string | undefined> {
    this.#begin(signal);
    return this.#leases.holder(name);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#leases.close();
    for (const feed of this.#feeds.keys()) feed.close();
    await this.#lastCommit;
    await this.#database.close();
  }

  /** What every call looks at first. */
  #begin(signal: AbortSignal | undefined): void {
    if (signal?.aborted) throw abortReason(signal);
    if (this.#closed) throw storeClosed();
  }

  async #transact(writes: readonly EncodedWrite[], expectations: readonly Expectation[]): Promise<CommitResult> {
    const level = await this.#level();
    const failed = await this.#firstFailing(expectations);
    if (failed !== undefined) return { ok: false, failed };
    const revision = this.#revision + 1;
    const rows = writes.map(({ key, text }) =>
      text === undefined
        ? { type: 'del' as const, key: inner.data(key) }
        : { type: 'put' as const, key: inner.data(key), value: `{"r":${revision},"v":${text}}` },
    );
    const counter = { type: 'put' as const, key: inner.revision, value: String(revision) };
    await this.#guard('write', () => level.batch([...rows, counter], { sync: true })).catch((error: unknown) => {
      this.#database.doubt();
      throw error;
    });
    this.#revision = revision;
    this.#publish(writes, revision);
    return { ok: true, revision };
  }

  /** The database, opened anew when its last write failed: then what is remembered of changes may not be all of them. */
  async #level(): Promise<Level> {
    const opened = await this.#guard('be opened again', () => this.#database.mended());
    if (opened) {
      if (opened.foreign) this.#leases.close();
      this.#revision = Math.max(this.#revision, opened.revision);
      this.#rememberedFrom = this.#revision;
      this.#recent = [];
      for (const feed of this.#feeds.keys()) feed.push({ type: 'relist' });
    }
    return this.#database.level;
  }

  async #read(key: string): Promise<Entry | undefined> {
    const level = await this.#level();
    const text = await this.#guard(`read "${key}"`, () => level.get(inner.data(key)));
    return text === undefined ? undefined : this.#parse(key, text);
  }

  async #firstFailing(expectations: readonly Expectation[]): Promise<Expectation | undefined> {
    for (const expectation of expectations) {
      if ('lease' in expectation) {
        if (!this.#leases.valid(expectation.lease)) return expectation;
      } else if (((await this.#read(expectation.key))?.revision ?? 0) !== expectation.revision) return expectation;
    }
    return undefined;
  }

  #publish(writes: readonly EncodedWrite[], revision: number): void {
    for (const { key, text } of writes) {
      const change: Change = { type: text === undefined ? 'delete' : 'put', key, revision };
      this.#recent.push(change);
      for (const [feed, prefix] of this.#feeds) offer(feed, prefix, change);
    }
    if (this.#recent.length <= 2 * REMEMBERED) return;
    const dropped = this.#recent.splice(0, this.#recent.length - REMEMBERED);
    this.#rememberedFrom = dropped.at(-1)!.revision;
  }

  #parse(key: string, text: string): Entry {
    try {
      const { r, v } = JSON.parse(text) as { r: number; v: Json };
      return { key, value: v, revision: r };
    } catch (error) {
      throw new InvalidInput(`The store in ${this.#folder} is damaged: "${key}" does not hold JSON.`, {
        code: 'STORE_CORRUPT',
        hint: 'Put the folder back from a backup.',
        cause: error,
      });
    }
  }

  async #guard<T>(doing: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw new Transient(`The store in ${this.#folder} could not ${doing}: ${levelMessage(error)}`, {
        code: 'STORE_UNAVAILABLE',
        hint: 'Check that its disk is there and not full.',
        cause: error,
      });
    }
  }
}

function offer(feed: HintFeed, prefix: string, change: Change): void {
  if (change.key.startsWith(prefix)) feed.push(change);
}
