import { keyOf, type Resource } from '../../model/resource.ts';
import type { ObjectStatus } from '../../model/status.ts';
import { resolveQuantity } from '../../rollout/quantity.ts';
import { keys } from '../../store/keys.ts';
import type { KindDeps } from '../context.ts';
import { isLeaving, leavingOf, type LeavingRecord } from '../leaving.ts';
import { asOperationRecord } from '../operation/record.ts';
import { fleetSpec } from '../fleet/spec.ts';
import { operationName, type Leaving } from './leave.ts';

/** Reads what concerns the cleaning of a host that has left; undefined for one that has not. */
export function readLeaving(resource: Resource<'Host'>, deps: KindDeps): Leaving | undefined {
  const { name } = resource.metadata;
  const record = isLeaving(resource) ? leavingOf(name, deps.live) : undefined;
  if (!record) return undefined;
  const operation = operationName(name, record.tries);
  const key = keyOf('Operation', operation);
  const status = deps.live.get(keys.object(key)) as unknown as ObjectStatus | undefined;
  const outcomes = status?.detail.outcomes as Record<string, { message?: string }> | undefined;
  const phase = asOperationRecord(deps.live.get(keys.record(key)))?.phase;
  const wanted = deps.live.get(keys.implicit(operation)) !== undefined;
  return {
    record,
    ...(phase === undefined ? {} : { phase }),
    ...(outcomes?.[name]?.message === undefined ? {} : { failure: outcomes[name].message }),
    // Somebody's document has the name, or had it once: ours never began.
    isTaken: record.tries > 0 && phase === undefined && !wanted,
    ...heldBy(record, deps),
  };
}

/** Hosts that leave together need a confirmation when they are more than the guard allows, as removals of a profile do. */
function heldBy({ commit }: LeavingRecord, deps: KindDeps): { held?: string } {
  const inventory = deps.inventory();
  const fleet = fleetSpec(inventory);
  const leaving = [...deps.live.list(keys.allLeaving)].map(([, value]) => value as unknown as LeavingRecord);
  const together = leaving.filter((each) => each.commit === commit).length;
  const limit = resolveQuantity(fleet?.pruneGuard ?? '10%', inventory.keys('Host').length);
  const confirmed = fleet?.confirmPrune;
  if (together <= limit || (confirmed !== undefined && commit.startsWith(confirmed))) return {};
  return {
    held: `${together} hosts are to be cleaned, and without being asked at most ${limit} may; if that is meant, write confirmPrune: ${commit.slice(0, 12)} into the Fleet`,
  };
}
