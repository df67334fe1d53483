import type { JsonObject } from '../../model/json.ts';
import type { ProfileChange } from '../../hosts/profile/changes.ts';

/** What the last look at a host found of its profile; part of the host's record. */
export interface ProfileState {
  /** Digest of the resolved profile that it was compared with: the same for all hosts of a cluster. */
  profile: string;
  /** Digest of what that profile wants of this very host. */
  wanted: string;
  /** Digest of what was last brought about there, as the host says; absent: it never was. */
  applied?: string;
  /** Digest of what the host was last seen to have all of. */
  settled?: string;
  /** What differs; at most `SHOWN_CHANGES` of them. */
  changes: ProfileChange[];
  /** How many there are in all. */
  total: number;
  /** How many of all take something away. */
  removals: number;
  /** Why nothing can be applied there. */
  impossible?: { code: string; message: string };
}

/** More changes than these are counted and not listed: a record is written with every look. */
export const SHOWN_CHANGES = 50;

/** Where a host stands with its profile. */
export type ProfileWord =
  /** It has no profile, and nothing of ours. */
  | 'none'
  /** Not compared with the present profile yet. */
  | 'unknown'
  /** The profile cannot be applied to such a host. */
  | 'impossible'
  /** Never brought to a profile. */
  | 'fresh'
  /** The profile wants something else than what the host was brought to. */
  | 'behind'
  /** It had all of it, and has no more. */
  | 'drifted'
  /** It has all of it. */
  | 'even';

/**
 * @param digest the resolved profile of now; undefined: its cluster has none.
 */
export function profileWord(state: ProfileState | undefined, digest: string | undefined): ProfileWord {
  if (!state) return digest === undefined ? 'none' : 'unknown';
  if (state.profile !== (digest ?? NO_PROFILE)) return 'unknown';
  if (state.impossible) return 'impossible';
  if (state.total === 0) return digest === undefined ? 'none' : 'even';
  // The host forgets what was applied while something else is being brought about; that it once had all of it stays known.
  if (digest !== undefined && state.applied === undefined && state.settled === undefined) return 'fresh';
  const was = state.applied ?? state.settled;
  return was === state.wanted ? 'drifted' : 'behind';
}

/** Stands for the digest of a profile where there is none: what an earlier one brought is to be removed. */
export const NO_PROFILE = 'none';

/** Whether a change takes something away that we brought. */
export function isRemoval({ action, leaving }: ProfileChange): boolean {
  return leaving === true && action !== 'forget';
}

/** `file /etc/motd: replace (content)`. */
export function tellChange({ kind, name, action, why }: ProfileChange): string {
  return `${kind} ${name}: ${action}${why === undefined ? '' : ` (${why})`}`;
}

/** The first three changes, and how many more there are. */
export function tellChanges({ changes, total }: Pick<ProfileState, 'changes' | 'total'>): string {
  const shown = changes.slice(0, 3).map(tellChange).join('; ');
  return total > 3 ? `${shown}; and ${total - 3} more` : shown;
}

/** What the status says of the profile: what the changes are, and what a plan goes by. */
export interface ProfileDetail {
  digest: string;
  wanted: string;
  applied?: string;
  settled?: string;
  total: number;
  removals: number;
  /** `file /etc/motd: replace (content)`, a line each. */
  changes?: string[];
}

export function profileDetail(state: ProfileState): JsonObject {
  const { profile: digest, wanted, applied, settled, total, removals, changes } = state;
  const detail: ProfileDetail = {
    digest,
    wanted,
    ...(applied === undefined ? {} : { applied }),
    ...(settled === undefined || settled === applied ? {} : { settled }),
    total,
    removals,
    ...(changes.length === 0 ? {} : { changes: changes.map(tellChange) }),
  };
  return detail as unknown as JsonObject;
}
