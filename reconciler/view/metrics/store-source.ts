import { keys } from '../../store/keys.ts';
import type { RevisionRecord } from '../../store/records.ts';
import type { StateStore } from '../../store/state-store.ts';
import { entriesBelow } from '../store-view.ts';
import type { Source } from './metrics.ts';

/** How long the store may take: who asks for metrics does not wait for long. */
const DEADLINE_MS = 2000;

/** What only the store knows. What it does not answer has no lines, and `intendant_store_up` is 0. */
export function storeSource(store: StateStore): Source {
  return async () => {
    const deadline = AbortSignal.timeout(DEADLINE_MS);
    try {
      const [slots, byHand, byFile, found] = await Promise.all([
        countBelow(store, keys.claims, deadline),
        store.get(keys.halt, deadline),
        store.get(keys.haltFile, deadline),
        store.get(keys.revision, deadline),
      ]);
      const revision = found?.value as unknown as RevisionRecord | undefined;
      const isBehind = revision !== undefined && revision.tip !== revision.accepted;
      const refused = isBehind && revision.refused !== undefined;
      return {
        storeUp: 1,
        slotsHeld: slots,
        halted: [
          { labels: { by: 'hand' }, value: byHand ? 1 : 0 },
          { labels: { by: 'file' }, value: byFile ? 1 : 0 },
        ],
        revisionBehind: [
          { labels: { why: 'unprocessed' }, value: isBehind && !refused ? 1 : 0 },
          { labels: { why: 'refused' }, value: refused ? 1 : 0 },
        ],
        diagnostics: revision?.diagnosticsTotal ?? 0,
      };
    } catch {
      return { storeUp: 0, slotsHeld: 'unknown', halted: 'unknown', revisionBehind: 'unknown', diagnostics: 'unknown' };
    }
  };
}

async function countBelow(store: StateStore, prefix: string, signal: AbortSignal): Promise<number> {
  let count = 0;
  for await (const _ of entriesBelow(store, prefix, signal)) count += 1;
  return count;
}
