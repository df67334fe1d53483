import type { ConditionClaim } from '../../model/conditions.ts';
import { formatDuration } from '../../model/duration.ts';

/** A clock that is this many seconds off is told. */
const TOLD_FROM = 30;
/** One that was told is well again below this. */
const WELL_BELOW = 20;
/** Seconds by which the difference must move before it is told anew. */
const MOVES_BY = 30;
/** What is told is rounded to this many seconds. */
const GRAIN = 10;

/**
 * The difference of a host's clock to ours as status shows it: undefined while it is small, and the same number as before
 * until it has really moved, so that the travel time of an answer changes no status. Seconds.
 */
export function stableSkew(seen: number, before: number | undefined): number | undefined {
  if (Math.abs(seen) < (before === undefined ? TOLD_FROM : WELL_BELOW)) return undefined;
  if (before !== undefined && Math.abs(seen - before) < MOVES_BY) return before;
  return Math.round(seen / GRAIN) * GRAIN;
}

/** A warning: the host is used all the same, since nothing of ours relies on its clock. */
export function skewClaim(skew: number, digest: string): ConditionClaim {
  const by = formatDuration(Math.abs(skew) * 1000);
  return {
    type: 'Drifted',
    status: 'True',
    reason: 'ClockSkew',
    message: `its clock is about ${by} ${skew > 0 ? 'ahead of' : 'behind'} ours; check its time synchronisation`,
    observedGeneration: digest,
  };
}
