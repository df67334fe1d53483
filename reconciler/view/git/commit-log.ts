import { isoTime } from '../../model/clock.ts';
import { asIntendantError, Transient } from '../../model/errors.ts';
import type { Change } from '../../model/plan.ts';
import { unlessAborted } from '../../model/until-aborted.ts';
import { isOid } from '../../source/git/ref-name.ts';
import type { CommitInfo } from '../../source/source.ts';
import { cleanText } from '../../status/text.ts';
import type { StateStore } from '../../store/state-store.ts';
import type { RevisionEntry, RevisionLog } from '../http/git-reading.ts';
import { BoundedCache } from './bounded-cache.ts';
import { changesOfCommit } from './commit-changes.ts';
import { readAccepted } from './read-accepted.ts';
import { bringAccepted, infoOf, type ViewSource } from './view-source.ts';

export interface CommitLogOptions {
  source: ViewSource;
  store: StateStore;
  /** Aborted when the view stops: history is fetched for everybody, not for who asked first. */
  stopping: AbortSignal;
}

/** What is told of a commit, and the one before it. */
interface Told {
  entry: RevisionEntry;
  parent: string | undefined;
}

/** Commits of which it is kept: it never changes. */
const KEPT = 500;
const LONGEST_NAME = 200;
const LONGEST_SUBJECT = 500;
/** Latest time that can be written as ISO text with four digits of a year, in seconds. */
const LATEST = 253_402_300_799;

/**
 * The commits that the config branch stood at, newest first: along first parents, so that a merge is one entry with all that it
 * brought. Reads the clone of the view, and fetches the history behind the accepted revision once.
 */
export class CommitLog implements RevisionLog {
  readonly #options: CommitLogOptions;
  readonly #told = new BoundedCache<Told>(KEPT);
  #deepening: Promise<void> | undefined;
  /** The accepted commit whose whole history was fetched. */
  #whole: string | undefined;

  constructor(options: CommitLogOptions) {
    this.#options = options;
  }

  async list({ limit, before }: { limit: number; before?: string }, signal: AbortSignal): Promise<RevisionEntry[]> {
    let next = before === undefined ? await this.#accepted(signal) : await this.#parentOf(before, signal);
    const found: RevisionEntry[] = [];
    while (next !== undefined && found.length < limit) {
      const told = await this.#tell(next, signal);
      if (!told) break;
      found.push(told.entry);
      next = told.parent;
    }
    return found;
  }

  async get(commit: string, signal: AbortSignal): Promise<RevisionEntry | undefined> {
    if (!isOid(commit)) return undefined;
    // A clone that was begun a moment ago has only what was asked of it.
    if (!this.#told.get(commit)) await this.#accepted(signal);
    return (await this.#tell(commit, signal))?.entry;
  }

  /** The accepted commit, made readable with its history; undefined before there is one. */
  async #accepted(signal: AbortSignal): Promise<string | undefined> {
    const { source, store } = this.#options;
    const record = await readAccepted(store, signal);
    if (record) await bringAccepted(source, record.accepted, record.accepted, signal);
    return record?.accepted;
  }

  async #parentOf(commit: string, signal: AbortSignal): Promise<string | undefined> {
    if (!isOid(commit)) return undefined;
    const told = this.#told.get(commit);
    if (told) return told.parent;
    await this.#accepted(signal);
    return (await this.#info(commit, signal))?.parents[0];
  }

  /** A commit; when it is not here the history is fetched, once for everybody. */
  async #info(commit: string, signal: AbortSignal): Promise<CommitInfo | undefined> {
    const { source } = this.#options;
    const here = await infoOf(source, commit, signal);
    if (here) return here;
    await this.#deepen(signal);
    return infoOf(source, commit, signal);
  }

  async #deepen(signal: AbortSignal): Promise<void> {
    const { source, stopping } = this.#options;
    const accepted = await this.#accepted(signal);
    if (accepted === undefined) return;
    if (this.#whole === accepted) return;
    this.#deepening ??= source
      .deepen(accepted, stopping)
      .then(() => void (this.#whole = accepted))
      .finally(() => (this.#deepening = undefined));
    await unlessAborted(this.#deepening, signal).catch((error: unknown) => {
      throw signal.aborted ? stillReading() : error;
    });
  }

  async #tell(commit: string, signal: AbortSignal): Promise<Told | undefined> {
    const known = this.#told.get(commit);
    if (known) return known;
    const info = await this.#info(commit, signal);
    if (!info) return undefined;
    const changes = await this.#changes(info, signal);
    const { name, timestamp } = info.author;
    const entry: RevisionEntry = {
      commit,
      author: cleanText(name, LONGEST_NAME),
      at: isoTime(1000 * Math.min(Math.max(0, timestamp), LATEST)),
      subject: cleanText(info.message.split('\n', 1)[0] ?? '', LONGEST_SUBJECT),
      ...(changes && { changes }),
    };
    const told = { entry, parent: info.parents[0] };
    this.#told.set(commit, told);
    return told;
  }

  async #changes({ commit, parents }: CommitInfo, signal: AbortSignal): Promise<Change[] | undefined> {
    const { source } = this.#options;
    const [parent] = parents;
    try {
      if (parent !== undefined && !(await this.#info(parent, signal))) return undefined;
      return await changesOfCommit(source, parent, commit, signal);
    } catch (error) {
      signal.throwIfAborted();
      // What could not be asked for now is asked for again: an entry is kept for good.
      if (asIntendantError(error).disposition === 'Transient') throw error;
      // The folder of the configuration may not have been there yet.
      return undefined;
    }
  }
}

function stillReading(): Transient {
  return new Transient('The history of the config repository is still being fetched.', {
    code: 'HISTORY_PENDING',
    hint: 'Ask again in a few seconds.',
    retryAfterMs: 5000,
  });
}
