import type { CommitResult, Expectation } from './state-store.ts';
import { MAX_BYTES, MAX_EXPECTATIONS, MAX_WRITES, type EncodedWrite } from './writes.ts';

/** A commit that was issued and not yet answered. */
export interface PendingCommit {
  writes: readonly EncodedWrite[];
  expectations: readonly Expectation[];
  resolve: (result: CommitResult) => void;
  reject: (error: Error) => void;
}

/**
 * Takes from the queue the commits that can go as one transaction, in order: as many as fit, up to the first one that
 * expects something of a key which an earlier one of them writes. A commit too large for one transaction goes alone.
 */
export function groupOf(queue: PendingCommit[]): PendingCommit[] {
  const written = new Set<string>();
  let bytes = 0;
  let expectations = 1; // the lease
  let count = 0;
  for (const commit of queue) {
    const dependent = commit.expectations.some((expectation) => 'key' in expectation && written.has(expectation.key));
    bytes += commit.writes.reduce((sum, write) => sum + write.bytes, 0);
    expectations += commit.expectations.length;
    for (const { key } of commit.writes) written.add(key);
    const fits = written.size <= MAX_WRITES && bytes <= MAX_BYTES && expectations <= MAX_EXPECTATIONS;
    if (count > 0 && (dependent || !fits)) break;
    count += 1;
  }
  return queue.splice(0, count);
}
