import type { DaemonConfig } from '../config/daemon-config.ts';
import type { Clock } from '../model/clock.ts';
import { InvalidInput } from '../model/errors.ts';
import { checkExport, entriesOf } from '../store/import-file.ts';
import { readAnyMeta } from '../store/meta.ts';
import type { MetaRecord } from '../store/records.ts';
import { isKept, rewriteStore } from '../store/rewrite.ts';
import type { StateStore } from '../store/state-store.ts';
import { openAlone } from './open-alone.ts';

/** What `store import` did. */
export interface StoreImport {
  fleet: string;
  file: string;
  /** ISO time of the state that the store has again. */
  exportedAt: string;
  entries: number;
  store: { id: string; epoch: number; sequence: number };
  /** True: what the store held before is gone. */
  discarded: boolean;
}

/**
 * Puts the contents of an export file in place of the store's. The identity, the epoch and how far it had come are the
 * file's: a daemon judges by them, against the status branch, whether it may act (`store-gate.ts`). Throws what `checkExport`
 * and `openAlone` throw, and InvalidInput `STORE_NOT_EMPTY` unless what is there may be discarded.
 */
export async function importStore(
  config: DaemonConfig,
  file: string,
  { discard, clock }: { discard: boolean; clock: Clock },
  signal: AbortSignal,
): Promise<StoreImport> {
  const { fleet } = config;
  const checked = await checkExport(file, fleet, signal);
  const { meta } = checked;
  const alone = await openAlone(config, clock, signal);
  try {
    const before = (await readAnyMeta(alone.store, signal))?.meta;
    const filled = before?.incomplete === undefined && (await isFilled(alone.store, signal));
    if (filled && !discard) throw notEmpty(fleet, before, meta, file);
    const contents = { meta, entries: entriesOf(file, checked, signal), command: 'store import FILE' };
    await rewriteStore(alone.store, alone.lease, contents, signal);
    const { id, epoch, sequence = 0 } = meta;
    const { exportedAt } = checked.header;
    return { fleet, file, exportedAt, entries: checked.count, store: { id, epoch, sequence }, discarded: filled };
  } finally {
    await alone.close();
  }
}

/** True when it holds anything that an import would throw away. */
async function isFilled(store: StateStore, signal: AbortSignal): Promise<boolean> {
  // One more than there are keys that stay.
  const { entries } = await store.list('', { limit: 4 }, signal);
  return entries.some(({ key }) => !isKept(key));
}

function notEmpty(fleet: string, before: MetaRecord | undefined, meta: MetaRecord, file: string): InvalidInput {
  const there = before ? `${place(before)}${before.id === meta.id ? '' : ', another store'}` : 'without an identity';
  return new InvalidInput(
    `The store of the fleet ${JSON.stringify(fleet)} is not empty (${there}); ${file} is from ${place(meta)}.`,
    {
      code: 'STORE_NOT_EMPTY',
      hint: 'Keep it with "intendant store export"; --discard-current-state throws it away for what the file holds.',
    },
  );
}

function place({ epoch, sequence = 0 }: MetaRecord): string {
  return `epoch ${epoch}, state ${sequence}`;
}
