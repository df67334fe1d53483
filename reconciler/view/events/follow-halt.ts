import type { Clock } from '../../model/clock.ts';
import { cleanText } from '../../status/text.ts';
import { keys } from '../../store/keys.ts';
import type { HaltRecord } from '../../store/records.ts';
import type { Entry, StateStore } from '../../store/state-store.ts';
import type { EventLog } from './event-log.ts';

/** Between two tries to read a store that does not answer, in milliseconds. */
const RETRY_MS = 1000;

/** Records when the brake is pulled and lifted, by hand or by its file, until aborted. Never throws. */
export async function followHalt(store: StateStore, log: EventLog, clock: Clock, signal: AbortSignal): Promise<void> {
  let known: ReadonlyMap<string, Entry> | undefined;
  while (!signal.aborted) {
    try {
      const { entries, revision } = await store.list(keys.halt, {}, signal);
      known = tell(log, known, entries, revision);
      for await (const hint of store.watch(keys.halt, revision, signal)) {
        if (hint.type === 'relist') break;
        known = tell(log, known, (await store.list(keys.halt, {}, signal)).entries, hint.revision);
      }
    } catch {
      await clock.sleep(RETRY_MS, signal).catch(() => undefined);
    }
  }
}

function tell(
  log: EventLog,
  before: ReadonlyMap<string, Entry> | undefined,
  entries: readonly Entry[],
  revision: number,
): ReadonlyMap<string, Entry> {
  const now = new Map(entries.map((entry) => [entry.key, entry]));
  for (const name of [keys.halt, keys.haltFile]) {
    const [old, current] = [before?.get(name), now.get(name)];
    if (!before || old?.revision === current?.revision) continue;
    const { who, why } = (current ?? old)!.value as unknown as HaltRecord;
    const by = cleanText(who, 100);
    if (current)
      log.record({ type: 'halted', who: by, text: `Everything is stopped by ${by}: ${cleanText(why, 300)}` }, revision);
    else log.record({ type: 'resumed', text: `What ${by} had stopped goes on` }, revision);
  }
  return now;
}
