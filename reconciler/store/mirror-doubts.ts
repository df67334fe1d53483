/** Revisions of our own commits that are remembered, to know their echo in the watch. */
const OWN_REVISIONS = 10_000;
/** With more keys to look at than this, listing everything again is cheaper. */
const MANY = 500;

/** Revision of a doubt that no commit of ours explains. */
export const UNEXPLAINED = Number.MAX_SAFE_INTEGER;

/** Keys of which memory may be behind the store: because a hint says so, or because the outcome of a write is open. */
export class Doubts {
  #keys = new Map<string, number>();
  #everything = false;
  readonly #own = new Set<number>();

  get any(): boolean {
    return this.#everything || this.#keys.size > 0;
  }

  add(key: string, revision: number): void {
    this.#keys.set(key, Math.max(revision, this.#keys.get(key) ?? 0));
  }

  addEverything(): void {
    this.#everything = true;
  }

  /** A commit of ours got this revision: hints of it are its echo. */
  explain(revision: number): void {
    this.#own.add(revision);
    for (const oldest of this.#own) {
      if (this.#own.size <= OWN_REVISIONS) return;
      this.#own.delete(oldest);
    }
  }

  /** What is to be read again, which is then no longer doubted; `restore` doubts it again when the reading failed. */
  take(): { keys: readonly string[] | 'everything'; restore(this: void): void } {
    const taken = this.#keys;
    const everything = this.#everything;
    this.#keys = new Map();
    this.#everything = false;
    const keys = [...taken].filter(([, revision]) => !this.#own.has(revision)).map(([key]) => key);
    return {
      keys: everything || keys.length > MANY ? 'everything' : keys,
      restore: () => {
        for (const [key, revision] of taken) this.add(key, revision);
        this.#everything ||= everything;
      },
    };
  }
}
