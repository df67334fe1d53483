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
  const known = new Map<ResourceKey, ObjectStatus>(objects.map((status) => [status.key, status]));
  const statusOf = (key: string): ObjectStatus | undefined => known.get(key as ResourceKey);
  const operations = desired.keys('Operation').flatMap((key) => {
    const resource = desired.get(key) as Resource<'Operation'>;
    const { suspend, cancel, retry = 0 } = resource.spec;
    const status = known.get(key);
    const again = status !== undefined && retry > roundOf(status);
    if (suspend === true || cancel === true || (isOver(status) && !again)) return [];
    return [reviewOperation(resource, desired, statusOf, nowMs)];
  });
  const profiles = reviewApply(desired, accepted, statusOf, nowMs);
  const changes = reviewChanges({ desired, objects, accepted });
  return { changes: accepted ? callOutRenames(changes, accepted, desired) : changes, operations, profiles };
}

/**
 * What taking up one repository after another would do: what changes is told from the two alone, whatever of the first has been
 * looked at, and what operations do from what is known of the fleet. Pure; `nowMs` is wall clock.
 */
export function planBetween(
  before: Inventory,
  desired: Inventory,
  objects: readonly ObjectStatus[],
  nowMs: number,
): ProposedPlan {
  const known = new Map(objects.map((status) => [status.key, status]));
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
  const { operations, profiles } = makePlan(desired, objects, before, nowMs);
  return { changes: callOutRenames(changes, before, desired), operations, profiles };
}

/** Whether an operation has come to its end, by what is known of it. */
export function isFinishedIn(objects: readonly ObjectStatus[]): (operation: string) => boolean {
  const known = new Map<ResourceKey, ObjectStatus>(objects.map((status) => [status.key, status]));
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
