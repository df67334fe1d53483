import { messageOf, Transient } from '../model/errors.ts';

/** The error with which a session ends that is no longer the fleet's daemon; `cause` says how it found out. */
export function leaseLost(cause: unknown): Transient {
  return new Transient(`This daemon no longer holds the fleet: ${messageOf(cause)}`, {
    code: 'LEASE_LOST',
    hint: 'It takes the lease of the fleet anew before it goes on; what is in hand is taken up again from its journal.',
    cause,
  });
}
