import type { ConditionClaim } from '../../model/conditions.ts';
import { claimsOf } from '../../model/conditions.ts';
import { reasonOfCode } from '../../model/errors.ts';
import type { ApplyFailure } from '../cluster/apply-record.ts';
import type { Comparison } from '../host-profile/compare.ts';
import {
  isRemoval,
  profileWord,
  SHOWN_CHANGES,
  tellChanges,
  type ProfileState,
  type ProfileWord,
} from './profile-state.ts';

/** What a host that answers still needs before it is `active`. */
export interface Joining {
  /** Digest of the resolved profile of its cluster; undefined: it has none. */
  profile?: string;
  /** Why it could not be brought to the profile the last time. */
  failure?: ApplyFailure;
  /** Why the container manager of its cluster does not have it; undefined: it has it, or there is none. */
  unmanaged?: { reason: string; message: string };
  /** Drift is undone without being asked. */
  selfHeal?: boolean;
}

/** The state of the profile after a look; a look that found nothing of a profile forgets it. */
export function nextProfile(
  comparison: Comparison | undefined,
  before: ProfileState | undefined,
): ProfileState | undefined {
  if (!comparison) return undefined;
  const { profile } = comparison;
  if ('impossible' in comparison) {
    return { profile, wanted: '', changes: [], total: 0, removals: 0, impossible: comparison.impossible };
  }
  const { wanted, applied, changes } = comparison;
  const settled = changes.length === 0 ? wanted.digest : before?.settled;
  return {
    profile,
    wanted: wanted.digest,
    ...(applied === undefined ? {} : { applied }),
    ...(settled === undefined ? {} : { settled }),
    changes: changes.slice(0, SHOWN_CHANGES),
    total: changes.length,
    removals: changes.filter(isRemoval).length,
  };
}

/** The word and the conditions of a host that answers. */
export interface Joined {
  word: 'bootstrapping' | 'disassociated' | 'active' | 'failed';
  claims: ConditionClaim[];
}

/** How far a host that answers has joined. Pure. */
export function joinHost(state: ProfileState | undefined, joining: Joining, digest: string): Joined {
  const { failure, unmanaged } = joining;
  const claim = claimsOf(digest);
  const word = profileWord(state, joining.profile);
  const ready = (status: 'True' | 'False' | 'Unknown', reason: string, message: string): ConditionClaim[] => [
    claim('Ready', status, reason, message),
    claim('Healthy', status, reason, message),
  ];
  if (word === 'impossible') {
    const { code, message } = state!.impossible!;
    const reason = reasonOfCode(code);
    return { word: 'failed', claims: [...ready('False', reason, message), claim('Stalled', 'True', reason, message)] };
  }
  if (failure && word !== 'even' && word !== 'none') {
    const message = `${failure.operation}: ${failure.message}`;
    return { word: 'failed', claims: ready('False', failure.reason, message) };
  }
  // One that was never compared may have been bootstrapped before the record of it was lost: the first look tells.
  if (word === 'fresh' || (word === 'unknown' && state?.applied === undefined)) {
    const message =
      state && state.total > 0 ? `waits to be bootstrapped: ${tellChanges(state)}` : 'waits to be bootstrapped';
    return { word: 'bootstrapping', claims: ready('Unknown', 'Bootstrapping', message) };
  }
  const drift = driftClaims(word, state, joining, claim);
  if (unmanaged)
    return { word: 'disassociated', claims: [...ready('False', unmanaged.reason, unmanaged.message), ...drift] };
  const message = word === 'even' ? 'the host answers, and has all that its profile wants' : 'the host answers';
  return { word: 'active', claims: [...ready('True', 'Reachable', message), ...drift] };
}

function driftClaims(
  word: ProfileWord,
  state: ProfileState | undefined,
  { selfHeal }: Joining,
  claim: ReturnType<typeof claimsOf>,
): ConditionClaim[] {
  if (!state || (word !== 'drifted' && word !== 'behind')) return [];
  if (word === 'behind') return [claim('Drifted', 'True', 'ProfileChanged', `will be changed: ${tellChanges(state)}`)];
  const remedy = selfHeal
    ? 'it will be healed'
    : 'heal it with an Operation of type apply, or set selfHeal: true in its profile';
  return [claim('Drifted', 'True', 'Drifted', `${tellChanges(state)}; ${remedy}`)];
}
