import type { Random } from '../../reconciler/model/clock.ts';
import { IntendantError } from '../../reconciler/model/errors.ts';

/** Something that reads what others have written. */
export interface Target {
  name: string;
  /** Folders and files with inputs to begin from, relative to the repository; beside `test/fuzz/corpus/<name>`. */
  corpus?: readonly string[];
  /** Further inputs to begin from. */
  seeds?(): Buffer[];
  /** Makes an input that is nearly what is meant, from nothing. */
  grammar?(random: Random): string;
  /** Reads one input. What it throws is a finding: refusals that are meant are for the target to catch. */
  read(input: Buffer): void | Promise<void>;
}

/** Runs it; a refusal that says what is wrong with the input is an answer, a Bug or a stranger's error is not. */
export async function refusing(read: () => unknown): Promise<void> {
  try {
    await read();
  } catch (error) {
    if (!(error instanceof IntendantError) || error.disposition === 'Bug') throw error;
  }
}

/** Fails unless it holds. */
export function demand(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}
