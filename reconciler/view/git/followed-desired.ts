import type { KindLog } from '../../kinds/context.ts';
import type { Clock } from '../../model/clock.ts';
import { asIntendantError, tellError } from '../../model/errors.ts';
import type { Inventory } from '../../model/resource.ts';
import { CommitInventory } from '../../source/inventory/inventory.ts';
import type { StateStore } from '../../store/state-store.ts';
import type { Desired } from '../desired.ts';
import { AcceptedReader, readAccepted } from './read-accepted.ts';
import type { ViewSource } from './view-source.ts';

export interface FollowedDesiredOptions {
  store: StateStore;
  source: ViewSource;
  isFinished: (operation: string) => boolean;
  /** False: nothing is read now. */
  isWanted: () => boolean;
  clock: Clock;
  log: KindLog;
}

/** Between two looks at what the daemon has accepted, in milliseconds; and after one that failed, doubled each time up to the second. */
const LOOK_MS = 1000;
const RETRY_MS = 2000;
const RETRY_AT_MOST_MS = 60_000;

/** What the fleet should be, read beside the daemon: the store says which revision is accepted, git what stands in it. */
export class FollowedDesired implements Desired {
  readonly #options: FollowedDesiredOptions;
  #inventory: Inventory = CommitInventory.EMPTY;
  #behind: string | undefined = 'No revision has been read yet.';
  #reader: AcceptedReader | undefined;
  #read = '';

  constructor(options: FollowedDesiredOptions) {
    this.#options = options;
  }

  get inventory(): Inventory {
    return this.#inventory;
  }

  get behind(): string | undefined {
    return this.#behind;
  }

  /** Follows until aborted. Never throws: what fails is tried again, and shows as `behind`. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#options;
    let pauseMs = RETRY_MS;
    while (!signal.aborted) {
      try {
        await this.#look(signal);
        pauseMs = RETRY_MS;
        await clock.sleep(LOOK_MS, signal).catch(() => undefined);
      } catch (thrown) {
        if (signal.aborted) return;
        const error = asIntendantError(thrown);
        // What was built so far may stand between two commits.
        this.#reader = undefined;
        const why = `The accepted revision cannot be read: ${tellError(error)}`;
        if (this.#behind !== why) log.warn({ err: error }, 'the view cannot read the accepted revision');
        this.#behind = why;
        await clock.sleep(pauseMs, signal).catch(() => undefined);
        pauseMs = Math.min(pauseMs * 2, RETRY_AT_MOST_MS);
      }
    }
  }

  async #look(signal: AbortSignal): Promise<void> {
    const { store, source, isFinished, isWanted, log } = this.#options;
    if (!isWanted()) return;
    const record = await readAccepted(store, signal);
    if (!record) {
      this.#behind = 'The daemon has not accepted a revision yet.';
      return;
    }
    const wanted = JSON.stringify([record.accepted, record.held]);
    if (wanted === this.#read) {
      this.#behind = undefined;
      return;
    }
    this.#reader ??= new AcceptedReader(source, isFinished);
    this.#inventory = await this.#reader.accepted(record, signal);
    this.#read = wanted;
    this.#behind = undefined;
    log.info({ revision: record.accepted }, 'the view shows a new revision');
  }
}
