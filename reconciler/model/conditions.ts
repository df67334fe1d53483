/** Condition types, in the words of kstatus and Flux. This file is the only list. */
export const CONDITION_TYPES = ['Ready', 'Reconciling', 'Stalled', 'Healthy', 'Drifted', 'Suspended'] as const;
export type ConditionType = (typeof CONDITION_TYPES)[number];
export type ConditionStatus = 'True' | 'False' | 'Unknown';

export interface Condition {
  type: ConditionType;
  status: ConditionStatus;
  /** CamelCase word for programs. */
  reason: string;
  /** A sentence for people. */
  message: string;
  /** ISO time at which `status` last changed. */
  lastTransitionTime: string;
  /** Digest of the spec that this condition speaks of. */
  observedGeneration?: string;
}

/** A condition as a controller states it; the time of transition is worked out by `mergeConditions`. */
export type ConditionClaim = Omit<Condition, 'lastTransitionTime'>;

/** Makes claims that all speak of one generation of the spec. */
export function claimsOf(
  observedGeneration: string | undefined,
): (type: ConditionType, status: ConditionStatus, reason: string, message: string) => ConditionClaim {
  return (type, status, reason, message) => ({ type, status, reason, message, observedGeneration });
}

/** The new list: what is claimed now, keeping the transition time of those whose status did not change. Sorted by type order. */
export function mergeConditions(
  previous: readonly Condition[],
  claims: readonly ConditionClaim[],
  nowIso: string,
): Condition[] {
  const before = new Map(previous.map((condition) => [condition.type, condition]));
  return claims
    .map((claim) => {
      const old = before.get(claim.type);
      return { ...claim, lastTransitionTime: old?.status === claim.status ? old.lastTransitionTime : nowIso };
    })
    .sort((a, b) => CONDITION_TYPES.indexOf(a.type) - CONDITION_TYPES.indexOf(b.type));
}
