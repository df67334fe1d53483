import { isTerminal, PHASES, type Phase } from '../kinds/operation/record.ts';
import { reviewApply, type ApplyReview } from '../kinds/cluster/review-apply.ts';
import { reviewOperation, type OperationReview } from '../kinds/operation/review.ts';
import type { Change } from '../model/plan.ts';
import { keyOf, splitKey, type Inventory, type Resource, type ResourceKey } from '../model/resource.ts';
import type { ObjectStatus } from '../model/status.ts';
import { callOutRenames } from './call-out-renames.ts';
import { changeBetween, reviewChanges } from './review.ts';

/** What a proposed repository would do. */
export interface ProposedPlan {
  changes: Change[];
  /** Operations that would begin or go on, by name. */
  operations: OperationReview[];
  /** What clusters would apply to their hosts because of the profile. */
  profiles: ApplyReview[];
}

/**
 * Compares a proposed repository with what is known of the fleet. With the repository that is in effect (`accepted`),
 * changes name their fields. Pure; `nowMs` is wall clock.
 */
export function makePlan(
  desired: Inventory,
  objects: readonly ObjectStatus[],
  accepted: Inventory | undefined,
  nowMs: number,
): ProposedPlan {
  const changes = reviewChanges({ desired, objects, accepted });
  return {
    changes: accepted ? callOutRenames(changes, accepted, desired) : changes,
    ...workIn(desired, accepted, byKey(objects), nowMs, () => true),
  };
}

/**
 * What taking up one repository after another would do: what changes is told from the two alone, whatever of the first has been
 * looked at, and what operations do from what is known of the fleet. One that stays as it is and of which nothing is known may
 * have ended long ago: it is not told of. Pure; `nowMs` is wall clock.
 */
export function planBetween(
  before: Inventory,
  desired: Inventory,
  objects: readonly ObjectStatus[],
  nowMs: number,
): ProposedPlan {
  const known = byKey(objects);
  const keys = [...new Set([...before.keys(), ...desired.keys()])].sort();
  const changes = keys.flatMap((key) => {
    const change = changeBetween(key, before.get(key), desired.get(key));
    if (!change) return [];
    if (change.symbol !== '-' || splitKey(key).kind !== 'Operation') return [change];
    const status = known.get(key);
    if (isOver(status)) return [];
    return [
      { ...change, lines: [status ? 'the operation is cancelled' : 'the operation is cancelled, if it has not ended'] },
    ];
  });
  const changed = new Set(changes.map(({ key }) => key));
  return {
    changes: callOutRenames(changes, before, desired),
    ...workIn(desired, before, known, nowMs, (key) => changed.has(key) || known.has(key)),
  };
}

/** What operations, of those that `concerns` names, and profiles would do. */
function workIn(
  desired: Inventory,
  before: Inventory | undefined,
  known: ReadonlyMap<ResourceKey, ObjectStatus>,
  nowMs: number,
  concerns: (key: ResourceKey) => boolean,
): Pick<ProposedPlan, 'operations' | 'profiles'> {
  const statusOf = (key: string): ObjectStatus | undefined => known.get(key as ResourceKey);
  const operations = desired.keys('Operation').flatMap((key) => {
    if (!concerns(key)) return [];
    const resource = desired.get(key) as Resource<'Operation'>;
    const { suspend, cancel, retry = 0 } = resource.spec;
    const status = known.get(key);
    const again = status !== undefined && retry > roundOf(status);
    if (suspend === true || cancel === true || (isOver(status) && !again)) return [];
    return [reviewOperation(resource, desired, statusOf, nowMs)];
  });
  return { operations, profiles: reviewApply(desired, before, statusOf, nowMs) };
}

function byKey(objects: readonly ObjectStatus[]): Map<ResourceKey, ObjectStatus> {
  return new Map(objects.map((status) => [status.key, status]));
}

/** Whether an operation has come to its end, by what is known of it. */
export function isFinishedIn(objects: readonly ObjectStatus[]): (operation: string) => boolean {
  const known = byKey(objects);
  return (operation) => isOver(known.get(keyOf('Operation', operation)));
}

function isOver(status: ObjectStatus | undefined): boolean {
  const phase = PHASES.find((each): each is Phase => each === status?.status);
  return phase !== undefined && isTerminal(phase);
}

function roundOf(status: ObjectStatus): number {
  const { round } = status.detail;
  return typeof round === 'number' ? round : 0;
}
