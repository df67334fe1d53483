import { InvalidInput } from '../model/errors.ts';
import { openFolder, type Level, type OpenFolder } from './embedded-folder.ts';

/** What was found when the folder was opened anew. */
export interface Mended {
  /** Revision of the last commit in it. */
  revision: number;
  /** Somebody else had it open in between: leases of ours are void. */
  foreign: boolean;
}

/**
 * The LevelDB of an embedded store, which cannot be used any more once a write has failed: what stands at the end of its log
 * is not known then, and what is written behind that could not be read back. So it is closed and opened anew, which reads
 * the log up to its last whole record.
 */
export class Database {
  readonly #folder: string;
  #open: OpenFolder;
  #doubtful = false;
  #mending: Promise<Mended> | undefined;
  /** Openings since the last good one, each of which may have raised the epoch. */
  #tries = 0;

  constructor(folder: string, open: OpenFolder) {
    this.#folder = folder;
    this.#open = open;
  }

  get level(): Level {
    return this.#open.level;
  }

  get revision(): number {
    return this.#open.revision;
  }

  get epoch(): number {
    return this.#open.epoch;
  }

  /** A write has failed. */
  doubt(): void {
    this.#doubtful = true;
  }

  /**
   * Opens it anew if a write has failed, once for all who ask; undefined when there was no need. Throws what opening throws,
   * and is tried again with the next call.
   */
  async mended(): Promise<Mended | undefined> {
    if (!this.#doubtful) return undefined;
    this.#mending ??= this.#mend().finally(() => (this.#mending = undefined));
    return this.#mending;
  }

  close(): Promise<void> {
    return this.#open.level.close();
  }

  async #mend(): Promise<Mended> {
    await this.#open.level.close();
    this.#tries += 1;
    const opened = await openFolder(this.#folder).catch((error: unknown) => {
      throw error instanceof InvalidInput && error.cause !== undefined ? error.cause : error;
    });
    const foreign = opened.epoch > this.#open.epoch + this.#tries;
    this.#open = opened;
    this.#tries = 0;
    this.#doubtful = false;
    return { revision: opened.revision, foreign };
  }
}
