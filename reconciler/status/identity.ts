import { InvalidInput } from '../model/errors.ts';
import type { MetaRecord } from '../store/records.ts';
import type { FleetFile } from './parse-fleet.ts';

/** How the store that we stand on relates to the one that the branch speaks of. */
export type StoreIdentity = 'same' | 'foreign' | 'older';

/** `older`: the branch was written from a later epoch or state of this store, so what we hold is a copy from before. */
export function compareIdentity(branch: Pick<FleetFile, 'store'>, meta: MetaRecord): StoreIdentity {
  if (branch.store.id !== meta.id) return 'foreign';
  if (branch.store.epoch !== meta.epoch) return branch.store.epoch > meta.epoch ? 'older' : 'same';
  return branch.store.sequence > (meta.sequence ?? 0) ? 'older' : 'same';
}

/** Why nothing is written over a branch that another, or a later, store has written: it may be all that is left of it. */
export function identityError(identity: Exclude<StoreIdentity, 'same'>): InvalidInput {
  const what =
    identity === 'foreign'
      ? 'was written from another store than the one in use'
      : 'was written from a later state of this store';
  return new InvalidInput(`The status branch ${what}; nothing is written over it.`, {
    code: identity === 'foreign' ? 'STATUS_FROM_OTHER_STORE' : 'STATUS_FROM_LATER_STORE',
    hint: 'Give the daemon the store it had, or rebuild its store from the branch: stop it and type intendant store adopt.',
  });
}
