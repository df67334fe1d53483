import type { Clock } from '../model/clock.ts';
import { parseDuration } from '../model/duration.ts';
import { asIntendantError } from '../model/errors.ts';
import type { Json } from '../model/json.ts';
import { keyOf, type Inventory } from '../model/resource.ts';
import type { JournalRecord } from '../model/plan.ts';
import type { KindLog } from '../kinds/context.ts';
import { fleetSpec } from '../kinds/fleet/spec.ts';
import { readJournal } from '../kinds/operation/journal.ts';
import { asOperationRecord, isTerminal, type OperationRecord } from '../kinds/operation/record.ts';
import { sealJournal, type SealedRecord } from '../kinds/operation/sealed.ts';
import { keys } from '../store/keys.ts';
import type { ClaimRecord } from '../store/records.ts';
import type { StateStore, Write } from '../store/state-store.ts';
import type { LiveStore } from './live-store.ts';

export interface HousekeepingOptions {
  live: LiveStore & { entry(key: string): { revision: number } | undefined };
  /** Output is not kept in memory: it is found by reading. */
  store: Pick<StateStore, 'list'>;
  inventory: () => Inventory;
  /** True once a revision was accepted: before that nothing has left the repository. */
  ready: () => boolean;
  /** Last sessions with hosts, by name: those of hosts that left are forgotten. */
  heard: readonly Map<string, unknown>[];
  clock: Clock;
  log: KindLog;
  /** Default `MOST_ENTRIES`. */
  mostEntries?: number;
}

/** What one pass did. */
export interface Swept {
  /** Operations whose outcomes were sealed. */
  sealed: number;
  journal: number;
  output: number;
  /** Keys of hosts that have left. */
  departed: number;
}

const EVERY_MS = 3_600_000;
/** The first pass waits until a start is over. */
const FIRST_MS = 60_000;
/**
 * Journal entries that are kept at most, all operations together: they are held in memory too. Beyond it the operations that
 * ended first are cleaned before their time; those that are not over are never touched.
 */
export const MOST_ENTRIES = 50_000;
/** Keys removed in one transaction, and the pause after it, so that nobody waits for the cleaning. */
const BATCH = 64;
const PAUSE_MS = 50;
const PAGE = 20;

/**
 * Removes what has outlived its retention. Every write goes through the live store and so is fenced by the daemon's lease; a
 * pass that is cut off anywhere leaves a state that the next one goes on from.
 */
export class Housekeeping {
  readonly #options: HousekeepingOptions;
  /** Finished operations that hold no output any more, so that they are not asked again. */
  readonly #withoutOutput = new Map<string, string>();

  constructor(options: HousekeepingOptions) {
    this.#options = options;
  }

  /** A pass every hour until aborted; trouble is logged and the next pass tries again. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#options;
    for (let wait = FIRST_MS; !signal.aborted; wait = EVERY_MS) {
      await clock.sleep(wait, signal).catch(() => undefined);
      if (signal.aborted) return;
      try {
        const swept = await this.sweep(signal);
        if (Object.values(swept).some((count) => count > 0)) log.info({ ...swept }, 'kept house');
      } catch (error) {
        if (!signal.aborted) log.warn({ err: asIntendantError(error) }, 'housekeeping goes on at its next pass');
      }
    }
  }

  /** One pass. */
  async sweep(signal: AbortSignal): Promise<Swept> {
    const swept: Swept = { sealed: 0, journal: 0, output: 0, departed: 0 };
    const retention = retentionOf(this.#options.inventory());
    const now = this.#options.clock.now();
    const early = this.#overflowing();
    for (const [name, record, ageMs] of this.#finished(now)) {
      if (signal.aborted) return swept;
      const age = early.has(name) ? Infinity : ageMs;
      if (age < Math.min(retention.outputMs, retention.journalsMs)) continue;
      swept.output += await this.#removeOutput(name, record, signal);
      if (age < retention.journalsMs) continue;
      if (await this.#seal(name, record)) swept.sealed += 1;
      swept.journal += await this.#removeJournal(name, signal);
    }
    swept.departed = await this.#forgetDeparted(signal);
    return swept;
  }

  /** Operations that are over, and for how long. */
  *#finished(now: number): Generator<[name: string, record: OperationRecord, ageMs: number]> {
    const { live } = this.#options;
    const prefix = keys.record('Operation/');
    for (const [key, value] of live.list(prefix)) {
      const record = asOperationRecord(value)!;
      const ended = record.finishedAt === undefined ? Number.NaN : Date.parse(record.finishedAt);
      const name = key.slice(prefix.length);
      if (isTerminal(record.phase) && !Number.isNaN(ended)) yield [name, record, now - ended];
    }
  }

  /** The operations that ended first, as many as hold what is too much. */
  #overflowing(): Set<string> {
    const { live, clock, mostEntries = MOST_ENTRIES } = this.#options;
    const entries = new Map<string, number>();
    let total = 0;
    for (const [key] of live.list(keys.journals)) {
      const name = key.slice(keys.journals.length, key.indexOf('/', keys.journals.length));
      entries.set(name, (entries.get(name) ?? 0) + 1);
      total += 1;
    }
    const early = new Set<string>();
    for (const [name] of [...this.#finished(clock.now())].sort((a, b) => b[2] - a[2])) {
      if (total <= mostEntries) break;
      const held = entries.get(name) ?? 0;
      if (held === 0) continue;
      total -= held;
      early.add(name);
    }
    return early;
  }

  /**
   * Writes down the outcomes in short, on condition that the record is what was read: an operation that a retry has just
   * revived is left alone. False when there is nothing to seal, or not now.
   */
  async #seal(name: string, record: OperationRecord): Promise<boolean> {
    const { live, log } = this.#options;
    const sealed = live.get(keys.sealed(name)) as unknown as SealedRecord | undefined;
    const newest = this.#newestRound(name);
    if (newest === undefined || (sealed && newest <= sealed.round)) return false;
    for (const [, value] of live.list(keys.claims))
      if ((value as unknown as ClaimRecord).owner === keyOf('Operation', name)) return false;
    const recordKey = keys.record(keyOf('Operation', name));
    const revision = live.entry(recordKey)?.revision ?? 0;
    const next = sealJournal(readJournal(name, live), record.round, record.finishedAt!);
    const result = await live
      .commit([{ put: keys.sealed(name), value: next as unknown as Json }], [{ key: recordKey, revision }])
      .catch((error: unknown) => {
        // Too large for the store: its journal stays, and the others are cleaned all the same.
        if (asIntendantError(error).code !== 'VALUE_TOO_LARGE') throw error;
        log.warn({ key: name, err: asIntendantError(error) }, 'the journal of this operation is kept');
        return { ok: false };
      });
    return result.ok;
  }

  #newestRound(name: string): number | undefined {
    let newest: number | undefined;
    for (const [, value] of this.#options.live.list(keys.journalOf(name))) {
      const { round } = value as unknown as JournalRecord;
      if (newest === undefined || round > newest) newest = round;
    }
    return newest;
  }

  /** Removes the entries of rounds that are sealed, and no others. */
  async #removeJournal(name: string, signal: AbortSignal): Promise<number> {
    const { live } = this.#options;
    const sealed = live.get(keys.sealed(name)) as unknown as SealedRecord | undefined;
    if (!sealed) return 0;
    const gone: string[] = [];
    for (const [key, value] of live.list(keys.journalOf(name)))
      if ((value as unknown as JournalRecord).round <= sealed.round) gone.push(key);
    return this.#remove(gone, signal);
  }

  async #removeOutput(name: string, record: OperationRecord, signal: AbortSignal): Promise<number> {
    if (this.#withoutOutput.get(name) === record.finishedAt) return 0;
    let removed = 0;
    let after: string | undefined;
    do {
      const page = await this.#options.store.list(keys.outputOf(name), { after, limit: PAGE }, signal);
      // A retry may have begun meanwhile: what it prints is of a later round, and its record no longer says that it is over.
      const now = asOperationRecord(this.#options.live.get(keys.record(keyOf('Operation', name))));
      if (now?.finishedAt !== record.finishedAt) return removed;
      removed += await this.#remove(
        page.entries.map(({ key }) => key),
        signal,
      );
      after = page.next;
    } while (after !== undefined && !signal.aborted);
    if (!signal.aborted) this.#withoutOutput.set(name, record.finishedAt!);
    return removed;
  }

  /** Hosts that are neither in the repository nor known, nor in anybody's hands: what is remembered of them goes. */
  async #forgetDeparted(signal: AbortSignal): Promise<number> {
    const { live, inventory, ready, heard } = this.#options;
    if (!ready()) return 0;
    const known = inventory();
    const departed = (name: string): boolean => {
      const key = keyOf('Host', name);
      return !known.get(key) && live.get(keys.object(key)) === undefined && live.get(keys.claim(name)) === undefined;
    };
    for (const times of heard) for (const name of times.keys()) if (departed(name)) times.delete(name);
    const prefix = keys.record('Host/');
    const gone = [...live.list(prefix)].map(([key]) => key).filter((key) => departed(key.slice(prefix.length)));
    return this.#remove(gone, signal);
  }

  async #remove(gone: readonly string[], signal: AbortSignal): Promise<number> {
    const { live, clock } = this.#options;
    let removed = 0;
    for (let at = 0; at < gone.length && !signal.aborted; at += BATCH) {
      const writes = gone.slice(at, at + BATCH).map((key): Write => ({ delete: key }));
      await live.commit(writes);
      removed += writes.length;
      if (at + BATCH < gone.length) await clock.sleep(PAUSE_MS, signal).catch(() => undefined);
    }
    return removed;
  }
}

/** From Fleet, in milliseconds. Output is never kept longer than journals. */
export function retentionOf(inventory: Inventory): { journalsMs: number; outputMs: number } {
  const fleet = fleetSpec(inventory);
  const journalsMs = parseDuration(fleet?.retention?.journals ?? '30d');
  const outputMs = parseDuration(fleet?.retention?.output ?? '7d');
  return { journalsMs, outputMs: Math.min(journalsMs, outputMs) };
}
