import { setImmediate as nextTurn } from 'node:timers/promises';
import { systemClock, type Clock } from '../model/clock.ts';
import { asIntendantError, Bug, Transient } from '../model/errors.ts';
import type { Json } from '../model/json.ts';
import { ChangeListeners, type ChangeListener } from './change-listeners.ts';
import { Doubts, UNEXPLAINED } from './mirror-doubts.ts';
import { loadPrefix } from './mirror-load.ts';
import { isBelow, MIRRORED } from './mirrored.ts';
import { groupOf, type PendingCommit } from './mirror-group.ts';
import { SortedEntries } from './sorted-entries.ts';
import type { CommitResult, Entry, Expectation, Lease, StateStore, WatchHint, Write } from './state-store.ts';
import { encodeWrites, splitWrites, type EncodedWrite } from './writes.ts';

const PAUSE_AFTER_TROUBLE_MS = 500;

export interface MirrorOptions {
  /** Prefixes (or whole keys) to keep. Default `MIRRORED`. */
  prefixes?: readonly string[];
  clock?: Clock;
}

/**
 * Loads the mirror of a store for the daemon that holds `lease`: from then on reads are synchronous, and every write is
 * fenced by the lease. Throws Transient when the store does not answer.
 */
export async function openMirror(
  store: StateStore,
  lease: Lease,
  options: MirrorOptions = {},
  signal?: AbortSignal,
): Promise<Mirror> {
  const mirror = new Mirror(store, lease, options);
  await mirror.load(signal);
  return mirror;
}

/** The live state in memory, of one daemon that is the only writer. Memory changes only after the store has acknowledged. */
export class Mirror {
  readonly #store: StateStore;
  readonly #lease: Lease;
  readonly #prefixes: readonly string[];
  readonly #clock: Clock;
  readonly #memory = new SortedEntries();
  readonly #listeners = new ChangeListeners();
  readonly #closed = new AbortController();
  readonly #doubts = new Doubts();
  #waiting: PendingCommit[] = [];
  #working: Promise<void> | undefined;
  #watching: Promise<void> | undefined;
  #leaseLost: Transient | undefined;
  readonly #lost = new AbortController();
  /** Aborted when a write was refused because the lease is no longer ours: often long before the lease itself finds out. */
  readonly lost: AbortSignal = this.#lost.signal;

  constructor(store: StateStore, lease: Lease, options: MirrorOptions) {
    this.#store = store;
    this.#lease = lease;
    this.#prefixes = options.prefixes ?? MIRRORED;
    this.#clock = options.clock ?? systemClock;
  }

  /** Value of a key. Not to be changed by the reader. */
  get(key: string): Json | undefined {
    return this.#memory.get(key)?.value;
  }

  /** Value and revision of a key, for expectations. */
  entry(key: string): Entry | undefined {
    return this.#memory.get(key);
  }

  /** Keys and values below a prefix, in key order. May be walked while entries change. */
  *list(prefix: string): Generator<[key: string, value: Json]> {
    for (const key of this.#memory.keys(prefix)) {
      const entry = this.#memory.get(key);
      if (entry !== undefined) yield [key, entry.value];
    }
  }

  /** Calls the listener after every change; the answer stops it. */
  onChange(listener: ChangeListener): () => void {
    return this.#listeners.add(listener);
  }

  /**
   * Writes through, fenced by the lease. Commits issued together share a transaction where none of them depends on
   * another. Answers `ok: false` when a key expectation failed. Throws Transient `LEASE_LOST` when the lease is no longer ours,
   * and from then on for every write; otherwise as `StateStore.commit`. After an error the keys are read again before
   * anything else is written.
   */
  commit(writes: readonly Write[], expectations: readonly Expectation[] = []): Promise<CommitResult> {
    return new Promise((resolve, reject) => {
      if (this.#closed.signal.aborted) return reject(new Bug('a write to a mirror that was closed'));
      let encoded: EncodedWrite[];
      try {
        encoded = encodeWrites(writes);
      } catch (error) {
        return reject(asIntendantError(error));
      }
      this.#waiting.push({ writes: encoded, expectations, resolve, reject });
      this.#wake();
    });
  }

  /** Reads everything. Used once, by `openMirror`. */
  async load(signal?: AbortSignal): Promise<void> {
    let revision: number | undefined;
    for (const prefix of this.#prefixes) {
      const first = await loadPrefix(
        this.#store,
        prefix,
        (entries) => entries.forEach((entry) => this.#memory.set(entry)),
        signal,
      );
      revision ??= first;
    }
    this.#watching = this.#watch(revision ?? 0);
  }

  /** Ends the watch and refuses further writes; those already issued are still written. The store stays open. */
  async close(): Promise<void> {
    this.#closed.abort();
    await Promise.all([this.#watching, this.#working]);
  }

  /** Starts the one loop that reads and writes, unless it runs. */
  #wake(): void {
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined;
      if (this.#waiting.length > 0) this.#wake();
    });
  }

  async #work(): Promise<void> {
    while (this.#waiting.length > 0 || this.#doubts.any) {
      await nextTurn(); // What is issued together goes together; also what follows from the write before this one.
      const group = groupOf(this.#waiting);
      try {
        await this.#resolveDoubts();
        if (group.length > 0) await this.#write(group);
      } catch (error) {
        for (const { reject } of group) reject(asIntendantError(error));
        if (group.length === 0) await this.#pause();
      }
      if (this.#closed.signal.aborted && this.#waiting.length === 0) return;
    }
  }

  /** One transaction for the group; when an expectation in it fails, each commit on its own, so that it fails alone. */
  async #write(group: readonly PendingCommit[]): Promise<void> {
    const writes = encodeWrites(group.flatMap(({ writes }) => writes.map(({ write }) => write)));
    const result = await this.#transact(
      writes,
      group.flatMap(({ expectations }) => expectations),
    );
    if (result.ok || group.length === 1) {
      for (const { resolve } of group) resolve(result);
      return;
    }
    for (const { writes: own, expectations, resolve, reject } of group) {
      await this.#transact(own, expectations).then(resolve, reject);
    }
  }

  async #transact(writes: readonly EncodedWrite[], expectations: readonly Expectation[]): Promise<CommitResult> {
    const fence: Expectation = { lease: this.#lease.token };
    let result: CommitResult = { ok: true, revision: 0 };
    // Split here rather than in the store, to know the revision of each part.
    for (const [index, part] of splitWrites(writes).entries()) {
      this.#refuseWithoutLease();
      try {
        result = await this.#store.commit(
          part.map(({ write }) => write),
          index === 0 ? [fence, ...expectations] : [fence],
        );
      } catch (error) {
        for (const { key } of part) this.#doubt(key, UNEXPLAINED);
        throw error;
      }
      if (!result.ok) {
        if ('lease' in result.failed) throw this.#lostLease(result.failed);
        // Somebody else wrote: what we hold of that key is old.
        this.#doubt(result.failed.key, UNEXPLAINED);
        return result;
      }
      this.#acknowledged(part, result.revision);
    }
    return result;
  }

  #acknowledged(writes: readonly EncodedWrite[], revision: number): void {
    this.#doubts.explain(revision);
    const changed: string[] = [];
    for (const { key, write } of writes) {
      if (!this.#keeps(key)) continue;
      if ('put' in write) this.#memory.set({ key, value: write.value, revision });
      else this.#memory.delete(key);
      changed.push(key);
    }
    this.#listeners.tell(changed);
  }

  #refuseWithoutLease(): void {
    if (this.#leaseLost !== undefined) throw this.#leaseLost;
    if (this.#lease.lost.aborted) throw this.#lostLease(this.#lease.lost.reason);
  }

  #lostLease(cause: unknown): Transient {
    this.#leaseLost ??= new Transient('The lease of this fleet is no longer ours: nothing more is written.', {
      code: 'LEASE_LOST',
      hint: 'Another daemon may be acting; this one must take the lease anew before it goes on.',
      cause,
    });
    this.#lost.abort(this.#leaseLost);
    return this.#leaseLost;
  }

  // What others changed.

  async #watch(revision: number): Promise<void> {
    for await (const hint of this.#store.watch('', revision, this.#closed.signal)) {
      this.#heed(hint);
      if (this.#doubts.any) this.#wake();
    }
  }

  #heed(hint: WatchHint): void {
    if (hint.type === 'relist') this.#doubts.addEverything();
    else this.#doubt(hint.key, hint.revision);
  }

  #doubt(key: string, revision: number): void {
    if (this.#keeps(key)) this.#doubts.add(key, revision);
  }

  /** Reads again what others may have changed. Runs between our own writes, so neither overtakes the other. */
  async #resolveDoubts(): Promise<void> {
    // Our own writes come back as hints; by now they are in memory, and not among what is taken here.
    const { keys: doubtful, restore } = this.#doubts.take();
    try {
      if (doubtful === 'everything') await this.#relist();
      else await this.#reread(doubtful);
    } catch (error) {
      restore();
      throw error;
    }
  }

  async #reread(names: readonly string[]): Promise<void> {
    const entries = await Promise.all(names.map((key) => this.#store.get(key)));
    this.#listeners.tell(names.filter((key, index) => this.#adopt(key, entries[index])));
  }

  async #relist(): Promise<void> {
    const changed: string[] = [];
    const gone = new Set(this.#memory.keys(''));
    for (const prefix of this.#prefixes) {
      await loadPrefix(this.#store, prefix, (entries) => {
        for (const entry of entries) {
          gone.delete(entry.key);
          if (this.#adopt(entry.key, entry)) changed.push(entry.key);
        }
      });
    }
    changed.push(...[...gone].filter((key) => this.#adopt(key, undefined)));
    this.#listeners.tell(changed);
  }

  /** Takes over what the store says; true when that is news. */
  #adopt(key: string, entry: Entry | undefined): boolean {
    if (entry === undefined) return this.#memory.delete(key);
    if (this.#memory.get(key)?.revision === entry.revision) return false;
    this.#memory.set(entry);
    return true;
  }

  #keeps(key: string): boolean {
    return isBelow(key, this.#prefixes);
  }

  async #pause(): Promise<void> {
    await this.#clock.sleep(PAUSE_AFTER_TROUBLE_MS, this.#closed.signal).catch(() => undefined);
  }
}
