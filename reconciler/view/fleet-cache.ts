import type { Clock } from '../model/clock.ts';
import type { ResourceKey } from '../model/resource.ts';
import type { ObjectStatus } from '../model/status.ts';
import { keys } from '../store/keys.ts';
import type { Entry, StateStore } from '../store/state-store.ts';
import { asStatus } from './store-view.ts';

/** An object's status as it stands in the store. */
export interface CachedObject {
  readonly status: ObjectStatus;
  /** Revision of the store that wrote it: grows with each change, alike for every copy of the view. */
  readonly revision: number;
}

/** One change of an object. `now` undefined: it was removed. `before` undefined: it is new. */
export interface CacheChange {
  key: ResourceKey;
  /** Revision of the store that wrote what it is now. */
  revision: number;
  /**
   * Revision up to which the store was followed when this was seen; never falls from one change to the next, unlike `revision`,
   * which is higher where the object was written again in the meantime. Whoever has seen every change up to here has missed
   * nothing that the store held then.
   */
  at: number;
  before: ObjectStatus | undefined;
  now: ObjectStatus | undefined;
}

export interface FleetCacheOptions {
  store: StateStore;
  clock: Clock;
}

/** Between two tries to read a store that does not answer, in milliseconds. */
const RETRY_MS = 1000;

/**
 * The status of every object in memory, read once and then followed, so that a page or a list of ten thousand hosts costs the
 * store nothing. Never the truth for anything that acts: only views read it.
 */
export class FleetCache {
  readonly #options: FleetCacheOptions;
  readonly #objects = new Map<ResourceKey, CachedObject>();
  readonly #byKind = new Map<string, Map<ResourceKey, CachedObject>>();
  readonly #listeners = new Set<(changes: readonly CacheChange[]) => void>();
  readonly #sorted = new Map<string, readonly CachedObject[]>();
  #revision = 0;
  #ready = false;
  #trouble: string | undefined;

  constructor(options: FleetCacheOptions) {
    this.#options = options;
  }

  /** True from the first full list on. */
  get ready(): boolean {
    return this.#ready;
  }

  /** Why the store could not be read the last time; undefined: it could. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /** Highest revision of the store that is known here: what is shown is as new as this. */
  get revision(): number {
    return this.#revision;
  }

  get(key: ResourceKey): CachedObject | undefined {
    return this.#objects.get(key);
  }

  /** Objects of one kind, or all (`''`), sorted by key. The list is kept until one of them comes or goes or changes. */
  list(kind = ''): readonly CachedObject[] {
    const known = this.#sorted.get(kind);
    if (known) return known;
    const found = [...(kind === '' ? this.#objects : (this.#byKind.get(kind) ?? new Map())).values()] as CachedObject[];
    found.sort((a, b) => (a.status.key < b.status.key ? -1 : a.status.key > b.status.key ? 1 : 0));
    this.#sorted.set(kind, found);
    return found;
  }

  /**
   * Calls back after each group of changes, in the order of the store, and once when the first list was read, which may be empty;
   * gives the way to stop that.
   */
  onChange(listener: (changes: readonly CacheChange[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Reads and follows the store until aborted. Never throws: what fails is tried again and shows as `trouble`. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        const from = await this.#readAll(signal);
        this.#trouble = undefined;
        await this.#follow(from, signal);
      } catch (error) {
        if (signal.aborted) return;
        this.#trouble = error instanceof Error ? error.message : 'the store does not answer';
        await this.#options.clock.sleep(RETRY_MS, signal).catch(() => undefined);
      }
    }
  }

  /** Reads every object; what is not there any more goes. Gives the revision to follow from. */
  async #readAll(signal: AbortSignal): Promise<number> {
    const { store } = this.#options;
    // Taken up when all of it is here: a list that breaks off would leave changes behind that nobody is told of.
    const entries: Entry[] = [];
    let first: number | undefined;
    let after: string | undefined;
    do {
      const page = await store.list(keys.objects, after === undefined ? {} : { after }, signal);
      first ??= page.revision;
      entries.push(...page.entries);
      after = page.next;
    } while (after !== undefined);
    const changes: CacheChange[] = [];
    const seen = new Set<ResourceKey>();
    // Also where it is lower: a store that has gone back is another one.
    this.#revision = first;
    for (const entry of entries) {
      const status = asStatus(entry);
      seen.add(status.key);
      this.#put(status, entry.revision, first, changes);
    }
    for (const key of this.#objects.keys()) if (!seen.has(key)) this.#remove(key, first, first, changes);
    const isFirst = !this.#ready;
    this.#ready = true;
    if (isFirst || changes.length > 0) this.#tell(changes);
    return first;
  }

  async #follow(from: number, signal: AbortSignal): Promise<void> {
    const { store } = this.#options;
    for await (const hint of store.watch(keys.objects, from, signal)) {
      if (hint.type === 'relist') return;
      if (!hint.key.startsWith(keys.objects)) continue;
      const changes: CacheChange[] = [];
      const entry = await store.get(hint.key, signal);
      // Written again meanwhile: that has a hint of its own, under whose revision every copy of the view tells of it.
      if ((entry?.revision ?? hint.revision) !== hint.revision || (entry === undefined) !== (hint.type === 'delete')) {
        continue;
      }
      if (entry) this.#put(asStatus(entry), entry.revision, hint.revision, changes);
      else this.#remove(hint.key.slice(keys.objects.length) as ResourceKey, hint.revision, hint.revision, changes);
      this.#revision = Math.max(this.#revision, hint.revision);
      if (changes.length > 0) this.#tell(changes);
    }
  }

  #put(status: ObjectStatus, revision: number, at: number, changes: CacheChange[]): void {
    const before = this.#objects.get(status.key);
    if (before?.revision === revision) return;
    const cached = { status, revision };
    const kind = kindOf(status.key);
    this.#objects.set(status.key, cached);
    this.#ofKind(kind).set(status.key, cached);
    this.#changed(kind, revision);
    changes.push({ key: status.key, revision, at, before: before?.status, now: status });
  }

  #remove(key: ResourceKey, revision: number, at: number, changes: CacheChange[]): void {
    const before = this.#objects.get(key);
    if (!before) return;
    this.#objects.delete(key);
    this.#ofKind(kindOf(key)).delete(key);
    this.#changed(kindOf(key), revision);
    changes.push({ key, revision, at, before: before.status, now: undefined });
  }

  #ofKind(kind: string): Map<ResourceKey, CachedObject> {
    const found = this.#byKind.get(kind) ?? new Map<ResourceKey, CachedObject>();
    this.#byKind.set(kind, found);
    return found;
  }

  #changed(kind: string, revision: number): void {
    this.#sorted.delete(kind);
    this.#sorted.delete('');
    this.#revision = Math.max(this.#revision, revision);
  }

  #tell(changes: readonly CacheChange[]): void {
    for (const listener of this.#listeners) listener(changes);
  }
}

function kindOf(key: ResourceKey): string {
  return key.slice(0, key.indexOf('/'));
}
