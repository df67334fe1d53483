import { asIntendantError } from '../model/errors.ts';

/** Called after memory has changed, with the keys that changed, whoever changed them. Must not throw. */
export type ChangeListener = (keys: readonly string[]) => void;

/** Those who want to know what changed. */
export class ChangeListeners {
  readonly #listeners = new Set<ChangeListener>();

  /** The answer removes it again. */
  add(listener: ChangeListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  tell(keys: readonly string[]): void {
    if (keys.length === 0) return;
    for (const listener of this.#listeners) {
      try {
        listener(keys);
      } catch (error) {
        // A fault of ours, and not of the commit, which is written: it surfaces on its own.
        queueMicrotask(() => {
          throw asIntendantError(error);
        });
      }
    }
  }
}
