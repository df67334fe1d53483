import type { Json } from '../model/json.ts';

/** One key as it stands in the store. */
export interface Entry {
  key: string;
  value: Json;
  /** Revision of the store at which this key was last written; 0 never occurs. */
  revision: number;
}

export type Write = { put: string; value: Json } | { delete: string };

/** What must hold at the moment of the commit, or nothing is written. */
export type Expectation =
  | { key: string; revision: number } // the key was last written at this revision; 0 = the key is absent
  | { lease: LeaseToken }; // the lease is still held by the holder that was given this token

/** Opaque proof of holding a lease (fencing token). */
export interface LeaseToken {
  key: string;
  /** When this holding was created: in etcd the revision at which its holder wrote the lease's key. Never given twice. */
  createRevision: number;
}

export type CommitResult =
  | { ok: true; revision: number }
  /** `failed`: the expectation that did not hold. Nothing was written (by this transaction, where several were needed). */
  | { ok: false; failed: Expectation };

export interface ListPage {
  entries: Entry[];
  /** Pass as `after` for the next page; undefined = that was all. */
  next?: string;
  /** Store revision of the listing: a watch from here misses nothing. */
  revision: number;
}

/** A hint that something may have changed. `relist`: events may have been missed, list again. */
export type WatchHint = { type: 'put' | 'delete'; key: string; revision: number } | { type: 'relist' };

export interface Lease {
  readonly token: LeaseToken;
  /** Aborted the moment the lease may no longer be ours (before it can be anybody else's). Not aborted by `release`. */
  readonly lost: AbortSignal;
  /**
   * False as soon as the time that the store has granted is over. Reads the clock: unlike `lost` it is right at once in a
   * process that was frozen and has just been woken, before any timer has had its turn. Then also aborts `lost`.
   */
  held(): boolean;
  /** Gives it up: writes that carry the token are refused from then on. Idempotent; never throws. */
  release(): Promise<void>;
}

/**
 * Live state: a flat, ordered map of keys to JSON. Keys are relative to the fleet. Every call has a deadline of its own
 * and throws Transient when the store does not answer; only `commit` may leave it open whether it took effect, and it
 * resolves that itself by reading back before it answers.
 */
export interface StateStore {
  get(key: string, signal?: AbortSignal): Promise<Entry | undefined>;
  /**
   * Entries whose key starts with `prefix`, in key order; pages of at most 500. Over several pages, watch from the
   * revision of the first one.
   */
  list(prefix: string, options?: { after?: string; limit?: number }, signal?: AbortSignal): Promise<ListPage>;
  /**
   * Everything that `list('')` would give, as it stood at one moment however long reading it takes: in key order, at most
   * 500 entries at a time. Writers are not held up. Throws as `list` does.
   */
  snapshot(signal?: AbortSignal): AsyncIterable<readonly Entry[]>;
  /**
   * All writes or none. More than one transaction's worth of writes (128 operations, 1 MiB) is split into several
   * transactions in order, each carrying the lease expectations; key expectations then hold for the first only.
   * A key written twice keeps the last value. Durable when it returns. Throws Transient `STORE_UNAVAILABLE` when it is
   * certain that nothing (more) was written, `STORE_OUTCOME_UNKNOWN` when the store stayed away too long to find out, and
   * InvalidInput `VALUE_TOO_LARGE` for one value above 1 MiB. The signal is looked at before the first transaction only.
   */
  commit(writes: readonly Write[], expectations?: readonly Expectation[], signal?: AbortSignal): Promise<CommitResult>;
  /** Hints from after `revision` on, until aborted. Never throws: trouble shows as a `relist` hint. */
  watch(prefix: string, revision: number, signal: AbortSignal): AsyncIterable<WatchHint>;
  /**
   * Takes the named lease, waiting while another holds it; kept alive until released. `ttlMs` bounds how long a dead
   * holder blocks others. Rejects when aborted. `holder` names us to people (`status` shows it) and is our identity: a
   * lease that this same holder left behind is taken over at once, and the older holding is void. So a holder's name must
   * be guarded by a lock of its own (`store/member.ts`).
   */
  lease(name: string, holder: string, ttlMs: number, signal: AbortSignal): Promise<Lease>;
  /** Who holds the named lease now. */
  leaseHolder(name: string, signal?: AbortSignal): Promise<string | undefined>;
  /** Where former values are kept until they are forgotten; undefined where nothing is kept. */
  readonly history?: HistoryKeeper;
  close(): Promise<void>;
}

/** The part of a store that remembers what keys held before. */
export interface HistoryKeeper {
  /** Revision of the store now. Throws Transient. */
  current(signal: AbortSignal): Promise<number>;
  /** Forgets what keys held before a revision; nothing happens where that is forgotten already. Throws Transient. */
  forgetBefore(revision: number, signal: AbortSignal): Promise<void>;
}
