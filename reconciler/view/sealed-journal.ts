import { stepName } from '../engine/step-name.ts';
import { readJournal } from '../kinds/operation/journal.ts';
import type { Json } from '../model/json.ts';
import type { JournalRecord } from '../model/plan.ts';
import { keys } from '../store/keys.ts';
import type { Entry, StateStore } from '../store/state-store.ts';
import { entriesBelow } from './store-view.ts';

/** The whole journal of an operation by host, as the engine itself reads it. */
export async function readWhole(
  store: StateStore,
  operation: string,
  signal: AbortSignal,
): Promise<Map<string, JournalRecord[]>> {
  return readWith(await store.get(keys.sealed(operation), signal), store, operation, signal);
}

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
  return [...(await readWith(sealed, store, operation, signal))]
    .flatMap(([host, records]) => records.map((value) => ({ step: `${host}/${stepName(value.step)}`, value })))
    .sort((a, b) => (a.step < b.step ? -1 : 1));
}

async function readWith(
  sealed: Entry | undefined,
  store: StateStore,
  operation: string,
  signal: AbortSignal,
): Promise<Map<string, JournalRecord[]>> {
  const entries: [string, Json][] = [];
  for await (const { key, value } of entriesBelow(store, keys.journalOf(operation), signal)) entries.push([key, value]);
  return readJournal(operation, { get: () => sealed?.value, list: () => entries });
}
