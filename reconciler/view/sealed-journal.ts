import { stepName } from '../engine/step-name.ts';
import { readJournal } from '../kinds/operation/journal.ts';
import type { Json } from '../model/json.ts';
import type { JournalRecord } from '../model/plan.ts';
import { keys } from '../store/keys.ts';
import type { StateStore } from '../store/state-store.ts';

/**
 * The journal of an operation whose steps were cleaned away, as the engine itself reads it: what came of each host, and the
 * steps of later rounds; `<host>/<step>`, sorted. Undefined where nothing was cleaned away: then the entries say all.
 */
export async function readSealed(
  store: StateStore,
  operation: string,
  signal: AbortSignal,
): Promise<{ step: string; value: JournalRecord }[] | undefined> {
  const sealed = await store.get(keys.sealed(operation), signal);
  if (sealed === undefined) return undefined;
  const entries: [string, Json][] = [];
  for (let after: string | undefined; ;) {
    const page = await store.list(keys.journalOf(operation), after === undefined ? {} : { after }, signal);
    for (const { key, value } of page.entries) entries.push([key, value]);
    after = page.next;
    if (after === undefined) break;
  }
  const journal = readJournal(operation, { get: () => sealed.value, list: () => entries });
  return [...journal]
    .flatMap(([host, records]) => records.map((value) => ({ step: `${host}/${stepName(value.step)}`, value })))
    .sort((a, b) => (a.step < b.step ? -1 : 1));
}
