import type { IntendantError } from '../../model/errors.ts';

/** What can keep the daemon from its repositories: reading the configuration, writing the status. */
export type TroubleName = 'source' | 'status';

/** What went wrong, for a condition. */
export interface Trouble {
  code: string;
  message: string;
}

/** What keeps the daemon from its repositories now, in this process. */
export class Troubles {
  readonly #current = new Map<TroubleName, Trouble>();
  readonly #onChange: () => void;

  /** @param onChange called when a trouble begins, is another one, or ends. */
  constructor(onChange: () => void = () => undefined) {
    this.#onChange = onChange;
  }

  get(name: TroubleName): Trouble | undefined {
    return this.#current.get(name);
  }

  /** It is there; undefined: it is over. The same one again is no change. */
  set(name: TroubleName, trouble: Trouble | undefined): void {
    const before = this.#current.get(name);
    if (before?.code === trouble?.code && before?.message === trouble?.message) return;
    if (trouble) this.#current.set(name, { code: trouble.code, message: trouble.message });
    else this.#current.delete(name);
    this.#onChange();
  }
}

/** Failures in a row after which a remote that does not answer is a trouble; one alone is told in the log only. */
const FAILURES_TOLD = 2;

/** A look at the config repository failed: at once a trouble when somebody must mend it, else when it happens again. */
export function noteSourceFailure(troubles: Troubles, error: IntendantError, failuresInARow: number): void {
  if (error.disposition === 'Transient' && failuresInARow < FAILURES_TOLD) return;
  troubles.set('source', error);
}
