import type { ConditionClaim } from '../../model/conditions.ts';

/** A warning: the host can be looked at, and every step on it would fail before it begins. */
export function diskFullClaim(digest: string): ConditionClaim {
  return {
    type: 'Drifted',
    status: 'True',
    reason: 'DiskFull',
    message:
      'its disk has no room left for the record of a step; make room there (df -h, journalctl --vacuum-size=100M)',
    observedGeneration: digest,
  };
}
