import { isoTime, type Clock } from '../model/clock.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import { asIntendantError, InvalidInput, tellError, Transient } from '../model/errors.ts';
import type { Json } from '../model/json.ts';
import { keyOf, type Inventory, type ResourceKey } from '../model/resource.ts';
import { KIND_CHECKS } from '../kinds/checks.ts';
import type { KindContext, KindLog } from '../kinds/context.ts';
import { asOperationRecord, isTerminal } from '../kinds/operation/record.ts';
import { InventoryBuilder, type InventoryResult } from '../source/inventory/inventory-builder.ts';
import { CommitInventory } from '../source/inventory/inventory.ts';
import type { CommitSignatures } from '../source/signatures/commit-signatures.ts';
import type { ConfigSource, ParsedFile } from '../source/source.ts';
import { Serial } from '../source/git/serial.ts';
import { keys } from '../store/keys.ts';
import type { RevisionRecord } from '../store/records.ts';
import type { LiveStore } from './live-store.ts';

/** How long after a refusal the same tip is tried again, in milliseconds: doubled each time, up to the second. */
const RETRY_REFUSED_MS = 5000;
const RETRY_REFUSED_AT_MOST_MS = 600_000;
/** Diagnostics kept in the revision record; the rest is counted. */
const MAX_DIAGNOSTICS = 200;

export interface RevisionKeeperOptions {
  source: ConfigSource;
  live: LiveStore;
  branch: string;
  clock: Clock;
  log: KindLog;
  /** A commit that may be taken up although it does not follow from the accepted one. */
  acceptRevision?: string;
  /** Absent: signatures are not checked. */
  signatures?: Pick<CommitSignatures, 'require' | 'version'> | undefined;
}

/** Holds the accepted revision and its inventory, and takes up new ones. */
export class RevisionKeeper {
  readonly #options: RevisionKeeperOptions;
  readonly #builder: InventoryBuilder;
  readonly #changed = new Map<ResourceKey, string>();
  #inventory: Inventory = CommitInventory.EMPTY;
  /** Keys that were built and whose revision is not durable yet: a failed write must not lose them. */
  readonly #pending = new Set<ResourceKey>();
  /** Commit that the builder stands at. */
  #at: string | undefined;
  /** The tip that was refused last, and when it is tried again (monotonic). Forgotten with the session: a start tries at once. */
  #refusal: { tip: string; times: number; until: number; signers: string | undefined } | undefined;
  #unreadable = false;
  /** Others run while a revision is taken up: the next one waits for it. */
  readonly #serial = new Serial();

  constructor(options: RevisionKeeperOptions) {
    this.#options = options;
    this.#builder = new InventoryBuilder({
      checks: KIND_CHECKS,
      isFinished: (name) => {
        const record = asOperationRecord(options.live.get(keys.record(keyOf('Operation', name))));
        return record !== undefined && isTerminal(record.phase);
      },
    });
  }

  get inventory(): Inventory {
    return this.#inventory;
  }

  get record(): RevisionRecord | undefined {
    return this.#options.live.get(keys.revision) as unknown as RevisionRecord | undefined;
  }

  get revision(): KindContext['revision'] {
    const record = this.record;
    return { branch: this.#options.branch, commit: record?.accepted ?? '', sequence: record?.sequence ?? 0 };
  }

  /** The commit that last changed an object or what it refers to, until it has been looked at. */
  changedIn(key: ResourceKey): string | undefined {
    return this.#changed.get(key);
  }

  /** The object was looked at with this as what changed it; what has changed it since is still news. */
  settled(key: ResourceKey, commit: string | undefined): void {
    if (this.#changed.get(key) === commit) this.#changed.delete(key);
  }

  /**
   * False: there is an accepted revision whose inventory could not be built, so that nothing is known of what should be; nothing
   * may act before another one was taken up.
   */
  get ready(): boolean {
    return !this.#unreadable;
  }

  /**
   * Builds the inventory of the accepted revision again, from the local clone alone where it is there. Clusters that are held
   * are read at the commit they are held at, oldest first.
   */
  restore(signal: AbortSignal): Promise<void> {
    return this.#serial.run(() => this.#restore(signal));
  }

  async #restore(signal: AbortSignal): Promise<void> {
    const record = this.record;
    if (!record?.accepted) return;
    const order = record.heldSequence ?? {};
    const older = [...new Set(Object.values(record.held))]
      .filter((commit) => commit !== '' && commit !== record.accepted)
      .sort((a, b) => (order[a] ?? 0) - (order[b] ?? 0));
    try {
      for (const commit of [...older, record.accepted]) {
        this.#inventory = (await this.#build(commit, signal, record.accepted)).inventory;
      }
      this.#pending.clear();
    } catch (thrown) {
      const { acceptRevision, log } = this.#options;
      const wayOut = acceptRevision !== undefined && acceptRevision !== record.accepted;
      if (!(thrown instanceof InvalidInput) || !wayOut) throw thrown;
      this.#unreadable = true;
      log.warn(
        { err: thrown, revision: record.accepted, acceptRevision },
        'the accepted revision can no longer be read; nothing is done before the one that acceptRevision names is taken up',
      );
    }
  }

  /**
   * Takes up a new tip of the branch: fetch, parse what changed, judge, and make it durable before anything acts on it.
   *
   * @returns the keys to look at; undefined when the tip was refused, which the revision record then says.
   */
  advance(tip: string, signal: AbortSignal): Promise<ReadonlySet<ResourceKey> | undefined> {
    return this.#serial.run(() => this.#advance(tip, signal));
  }

  async #advance(tip: string, signal: AbortSignal): Promise<ReadonlySet<ResourceKey> | undefined> {
    const { source, log, clock } = this.#options;
    const before = this.record;
    if (before?.accepted === tip && !before.refused && this.#at === tip) {
      if (before.tip !== tip) await this.#store({ ...before, tip });
      return new Set();
    }
    if (this.#isRefused(tip, clock.monotonic())) return undefined;
    try {
      const named = this.#options.acceptRevision === tip;
      // The record of a fleet whose first tip was refused has none.
      const accepted = named ? undefined : before?.accepted || undefined;
      await source.fetch(tip, accepted, signal);
      // Who names a commit by its hash in the daemon's own configuration vouches for it.
      if (!named) await this.#options.signatures?.require(tip, accepted, signal);
      const result = await this.#build(tip, signal, tip);
      const record = this.#nextRecord(tip, before, result);
      await this.#store(record);
      this.#inventory = result.inventory;
      this.#unreadable = false;
      this.#refusal = undefined;
      const changed = new Set(this.#pending);
      this.#pending.clear();
      for (const key of changed) this.#changed.set(key, tip);
      log.info(
        { revision: tip, changed: changed.size, held: [...result.held.keys()], diagnostics: record.diagnosticsTotal },
        'revision accepted',
      );
      return changed;
    } catch (thrown) {
      signal.throwIfAborted();
      const error = asIntendantError(thrown);
      if (!(error instanceof InvalidInput)) throw error;
      log.warn({ revision: tip, err: error }, 'revision refused');
      const refused = { code: error.code, message: tellError(error) };
      const base = before ?? this.#emptyRecord();
      const told = before?.tip === tip && before.refused?.message === refused.message;
      if (!told) await this.#store({ ...base, tip, refused });
      this.#refuse(tip);
      return undefined;
    }
  }

  #isRefused(tip: string, now: number): boolean {
    const refusal = this.#refusal;
    return refusal?.tip === tip && now < refusal.until && refusal.signers === this.#options.signatures?.version;
  }

  /**
   * What refused a tip may be mended without another commit (credentials, a disk, the daemon's own settings), so it is tried
   * again, less and less often.
   */
  #refuse(tip: string): void {
    const times = this.#refusal?.tip === tip ? this.#refusal.times + 1 : 1;
    const pauseMs = Math.min(RETRY_REFUSED_MS * 2 ** (times - 1), RETRY_REFUSED_AT_MOST_MS);
    this.#refusal = {
      tip,
      times,
      until: this.#options.clock.monotonic() + pauseMs,
      signers: this.#options.signatures?.version,
    };
  }

  /** Moves the builder from where it stands to a commit; reads only what differs. */
  async #build(commit: string, signal: AbortSignal, accepted: string): Promise<InventoryResult> {
    const { source } = this.#options;
    const diff = await source.diff(this.#at, commit, signal).catch(async (error: unknown) => {
      // The local clone may be gone: bring back enough history to read the commit again.
      if (asIntendantError(error) instanceof InvalidInput) throw error;
      const tip = await source.tip(signal);
      if (tip === undefined)
        throw new Transient('the config branch does not exist on the remote', { code: 'BRANCH_MISSING' });
      await source.fetch(tip, accepted, signal);
      return source.diff(this.#at, commit, signal);
    });
    const parsed = new Map<string, ParsedFile>();
    const oids = [...new Set(diff.changed.map((file) => file.oid))];
    if (oids.length > 0)
      for await (const files of source.parse(oids, signal)) for (const file of files) parsed.set(file.oid, file);
    const result = await this.#builder.advanceInTurns({
      commit,
      changed: diff.changed,
      removed: diff.removed,
      parsed,
      diagnostics: diff.diagnostics,
    });
    this.#at = commit;
    for (const key of result.changedKeys) this.#pending.add(key);
    return result;
  }

  #nextRecord(tip: string, before: RevisionRecord | undefined, result: InventoryResult): RevisionRecord {
    const sequence = (before?.sequence ?? 0) + 1;
    const held = Object.fromEntries(result.held);
    const known = before?.heldSequence ?? {};
    const heldSequence: Record<string, number> = {};
    for (const commit of Object.values(held))
      if (commit !== '') heldSequence[commit] = known[commit] ?? before?.sequence ?? 0;
    const worst: Diagnostic[] = [...result.diagnostics].sort(
      (a, b) => Number(a.severity !== 'error') - Number(b.severity !== 'error'),
    );
    return {
      format: 1,
      branch: this.#options.branch,
      accepted: tip,
      sequence,
      acceptedAt: isoTime(this.#options.clock.now()),
      tip,
      held,
      heldSequence,
      diagnostics: worst.slice(0, MAX_DIAGNOSTICS),
      diagnosticsTotal: worst.length,
    };
  }

  #emptyRecord(): RevisionRecord {
    return {
      format: 1,
      branch: this.#options.branch,
      accepted: '',
      sequence: 0,
      acceptedAt: '',
      tip: '',
      held: {},
      diagnostics: [],
      diagnosticsTotal: 0,
    };
  }

  async #store(record: RevisionRecord): Promise<void> {
    await this.#options.live.commit([{ put: keys.revision, value: record as unknown as Json }]);
  }
}
