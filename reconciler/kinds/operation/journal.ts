import type { JournalRecord } from '../../model/plan.ts';
import { keys } from '../../store/keys.ts';
import type { LiveState } from '../context.ts';
import { unsealJournal, type SealedRecord } from './sealed.ts';

/**
 * The journal of an operation by host, all rounds. Of rounds that housekeeping has sealed it holds the verdicts, wherever
 * the cleaning stands: an operation whose steps are gone still knows on which hosts it was done.
 */
export function readJournal(operation: string, live: LiveState): Map<string, JournalRecord[]> {
  const sealed = live.get(keys.sealed(operation)) as unknown as SealedRecord | undefined;
  const journal = new Map<string, JournalRecord[]>();
  if (sealed) for (const [host, verdict] of unsealJournal(operation, sealed)) journal.set(host, [verdict]);
  const prefix = keys.journalOf(operation);
  for (const [key, value] of live.list(prefix)) {
    const entry = value as unknown as JournalRecord;
    if (sealed && entry.round <= sealed.round) continue;
    const host = key.slice(prefix.length, key.indexOf('/', prefix.length));
    const entries = journal.get(host);
    if (entries) entries.push(entry);
    else journal.set(host, [entry]);
  }
  return journal;
}
