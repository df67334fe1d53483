import type { IntendantError } from '../model/errors.ts';
import { InvalidInput } from '../model/errors.ts';
import type { BranchWriter } from '../source/source.ts';
import type { MetaRecord } from '../store/records.ts';
import { compareIdentity } from './identity.ts';
import { FLEET_PATH } from './layout.ts';
import { parseFleet, type FleetFile } from './parse-fleet.ts';

/** Condition reason while the store is not the one that the status branch speaks of. */
export const STORE_LOST = 'StoreLost';

/**
 * Whether the store is the one that the status branch speaks of, and as far. Undefined: it is, or the branch speaks of none.
 * Otherwise why nothing may act on it: InvalidInput `STORE_LOST`, or `STATUS_TOO_NEW`, or `STATUS_FILE_UNREADABLE` where the
 * store itself does not know that it ever wrote there. Throws what reading the branch throws.
 */
export async function judgeStore(
  branch: BranchWriter,
  ref: string,
  meta: MetaRecord,
  signal: AbortSignal,
): Promise<IntendantError | undefined> {
  let fleet: FleetFile | undefined;
  try {
    fleet = await readFleetFile(branch, ref, signal);
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    // A branch that we wrote and that somebody scribbled on; the status writer deals with it.
    if (error.code === 'STATUS_FILE_UNREADABLE' && meta.sequence !== undefined) return undefined;
    if (error.code === 'STATUS_FILE_UNREADABLE' || error.code === 'STATUS_TOO_NEW') return error;
    throw error;
  }
  if (fleet === undefined) return undefined;
  const identity = compareIdentity(fleet, meta);
  return identity === 'same' ? undefined : storeLost(identity, fleet, meta);
}

/** `fleet.yaml` at the tip of a status branch; undefined where there is no branch, or no such file in it. */
export async function readFleetFile(
  branch: BranchWriter,
  ref: string,
  signal: AbortSignal,
): Promise<FleetFile | undefined> {
  const tip = await branch.tip(ref, signal);
  if (tip === undefined) return undefined;
  const text = (await branch.read(tip, [FLEET_PATH], signal)).get(FLEET_PATH);
  return text === undefined ? undefined : parseFleet(FLEET_PATH, text);
}

function storeLost(identity: 'foreign' | 'older', { store }: FleetFile, meta: MetaRecord): InvalidInput {
  const why =
    identity === 'foreign'
      ? `The store is another one (${meta.id}) than the status branch speaks of (${store.id}).`
      : `The store is a copy from before what the status branch tells (${place(meta)} against ${place(store)}).`;
  return new InvalidInput(`${why} Nothing is done and nothing is pushed.`, {
    code: 'STORE_LOST',
    hint: 'Give the daemon its store back, or stop it, type "intendant store adopt --config FILE", and start it again.',
  });
}

function place({ epoch, sequence }: { epoch: number; sequence?: number }): string {
  return `epoch ${epoch}, state ${sequence ?? 0}`;
}
