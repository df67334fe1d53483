import { splitKey } from '../reconciler/model/resource.ts';
import type { ObjectStatus } from '../reconciler/model/status.ts';
import { driftOf, isUnfinished, troubleOf } from '../reconciler/status/wellness.ts';

/** The fleet in a few lists, the worst first in each. */
export interface FleetSummaryLists {
  clusters: ObjectStatus[];
  /** Not well, other than clusters. */
  unwell: ObjectStatus[];
  /** Well otherwise, and something on it is not as it should be. */
  drifted: ObjectStatus[];
  /** Operations that have begun or will begin by themselves. */
  operations: ObjectStatus[];
  /** Objects by kind and status word: `{ Host: { active: 9, failed: 1 } }`. */
  counts: Record<string, Record<string, number>>;
}

const BADNESS = [
  'failed',
  'Failed',
  'degraded',
  'leaving',
  'disassociated',
  'Suspended',
  'Running',
  'investigating',
  'bootstrapping',
  'Pending',
];

/** Sorts what is known of the fleet for one screen. Pure. */
export function summarizeFleet(objects: readonly ObjectStatus[]): FleetSummaryLists {
  const counts: FleetSummaryLists['counts'] = {};
  for (const { key, status } of objects) {
    const words = (counts[splitKey(key).kind] ??= {});
    words[status] = (words[status] ?? 0) + 1;
  }
  const isCluster = ({ key }: ObjectStatus): boolean => splitKey(key).kind === 'Cluster';
  return {
    clusters: objects.filter(isCluster).sort(worstFirst),
    unwell: objects.filter((status) => !isCluster(status) && troubleOf(status) !== undefined).sort(worstFirst),
    drifted: objects.filter((status) => driftOf(status) !== undefined).sort(worstFirst),
    operations: objects.filter(isUnfinished).sort(worstFirst),
    counts,
  };
}

function worstFirst(a: ObjectStatus, b: ObjectStatus): number {
  return rank(a) - rank(b) || (a.key < b.key ? -1 : 1);
}

/** Stalled and failed first, what is well last. */
function rank(status: ObjectStatus): number {
  const at = BADNESS.indexOf(status.status);
  const word = at < 0 ? BADNESS.length : at;
  return troubleOf(status) === undefined ? BADNESS.length + 1 + word : word;
}
