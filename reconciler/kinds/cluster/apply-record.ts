import type { Json } from '../../model/json.ts';

/** Why a cluster applies its profile to hosts: hosts that join, a profile that changed, drift. */
export const APPLY_GROUPS = ['bootstrap', 'profile', 'heal'] as const;
export type ApplyGroup = (typeof APPLY_GROUPS)[number];

/** Key `records/Cluster/<name>`: what a cluster remembers of applying its profile. */
export interface ClusterRecord {
  format: 1;
  /** The last number that the name of an operation was given. */
  count: number;
  groups: Partial<Record<ApplyGroup, GroupRecord>>;
  /** The operation that ended last: what its hosts were before it says nothing of what they are now. */
  ended?: string;
  /** Why each host could not be brought to the profile the last time. */
  failed: Record<string, ApplyFailure>;
  /** Removals that wait for somebody to confirm them. */
  prune?: PruneRecord;
}

export interface GroupRecord {
  /** The operation in hand, or the last one where that has failed. */
  operation: string;
  /** Digest of the resolved profile that it applies. */
  profile: string;
  /** Operations in a row that failed on this profile. */
  failures: number;
  /** ISO time before which it is not tried again. */
  notBefore?: string;
}

export interface ApplyFailure {
  operation: string;
  reason: string;
  message: string;
}

export interface PruneRecord {
  /** The revision (hex) at which they first waited: `confirmPrune` names it. */
  commit: string;
  /** Digest of the resolved profile that wants them. */
  profile: string;
  /** Hosts that would lose something: the most that were found. */
  hosts: number;
}

export function asClusterRecord(value: Json | undefined): ClusterRecord | undefined {
  return value as unknown as ClusterRecord | undefined;
}
