import { Transient } from '../../model/errors.ts';
import type { Repository } from '../git/repository.ts';
import { newCommits } from './new-commits.ts';
import type { SignerBook } from './signer-book.ts';

/** A commit of a new revision that is not signed by somebody who is allowed to. */
export interface Untrusted {
  commit: string;
  /** The end of a sentence that begins with the commit. */
  reason: string;
  /** How many others there are. */
  others: number;
}

const MAX_COMMIT_BYTES = 4 * 1024 * 1024;

/**
 * The nearest to the tip of the commits that are new since the accepted one and not signed by an allowed signer; undefined when
 * there is none. Without an accepted commit only the tip is looked at. Fetches the whole history where only that can tell what is
 * new. Throws Transient `HISTORY_MISSING` where it cannot be had.
 */
export async function findUntrusted(
  repository: Repository,
  range: { tip: string; accepted: string | undefined },
  book: SignerBook,
  nowMs: number,
  signal: AbortSignal,
): Promise<Untrusted | undefined> {
  const { tip, accepted } = range;
  const { objects } = repository;
  for (let deepened = false; ; deepened = true) {
    const { commits, missing } = await newCommits(objects, tip, accepted, signal);
    if (missing !== 'some' || deepened) {
      const found = await firstUntrusted(repository, commits, book, nowMs, signal);
      if (missing === 'some' && !found) throw historyMissing(tip);
      if (!found || missing === 'none' || deepened) return found;
    }
    await repository.deepen(tip, signal);
    if (accepted !== undefined) await repository.deepen(accepted, signal);
  }
}

async function firstUntrusted(
  { objects }: Repository,
  commits: readonly string[],
  book: SignerBook,
  nowMs: number,
  signal: AbortSignal,
): Promise<Untrusted | undefined> {
  let first: Untrusted | undefined;
  for (const commit of commits) {
    signal.throwIfAborted();
    const result = await book.check(objects.need(commit, 'commit', MAX_COMMIT_BYTES), nowMs);
    if (!('refused' in result)) continue;
    if (first) first.others++;
    else first = { commit, reason: result.refused, others: 0 };
  }
  return first;
}

function historyMissing(tip: string): Transient {
  return new Transient(`The history of ${tip.slice(0, 12)} is not whole here, so what is new in it cannot be told.`, {
    code: 'HISTORY_MISSING',
    hint: 'The git server must give out the whole history of the config branch.',
  });
}
