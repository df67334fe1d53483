import type { Inventory, ResourceKey } from '../../model/resource.ts';
import type { ObjectStatus } from '../../model/status.ts';
import { isOver } from '../../rollout/freeze.ts';
import type { HostSighting, Vanish } from '../../rollout/vanish.ts';
import { keys } from '../../store/keys.ts';
import type { LiveState } from '../context.ts';
import { asHostRecord } from './record.ts';
import { isAnswering } from './words.ts';

/** Whether the fleet as a whole can be seen. The engine keeps it; kinds read it. */
export interface FleetSight {
  /** Set while most hosts are away at once. */
  readonly vanish: Vanish | undefined;
  /** Says that a check did not get through, or that one did again: the question is asked anew. */
  changed(): void;
}

/** For whoever has no fleet to look at: everything can be seen. */
export const CLEAR_SIGHT: FleetSight = { vanish: undefined, changed: () => undefined };

/** Reason of the condition on hosts and fleet, and of the hold of operations. */
export const MOST_HOSTS_UNKNOWN = 'MostHostsUnknown';
/** Without counts: they would be another status with every host that answers again. */
export const MOST_HOSTS_UNKNOWN_MESSAGE =
  'most hosts stopped answering within one interval, which is probably our own network; nothing is begun on any host until they answer';

/** The hosts that `mostVanished` is asked about: active or vanished, not in maintenance, and not being changed by anybody. */
export function sightings(
  inventory: Inventory,
  live: LiveState,
  lastSeen: ReadonlyMap<string, number>,
  nowMs: number,
): HostSighting[] {
  return inventory.keys('Host').flatMap((key) => {
    const name = key.slice('Host/'.length);
    const record = asHostRecord(live.get(keys.record(key)));
    const status = live.get(keys.object(key)) as unknown as ObjectStatus | undefined;
    const vanished = record?.vanished === true;
    if (!vanished && !isAnswering(status?.status)) return [];
    if (live.get(keys.claim(name)) !== undefined) return [];
    const maintenance = inventory.get(key as ResourceKey<'Host'>)?.spec.maintenance;
    if (maintenance && !isOver(maintenance.until, nowMs)) return [];
    const missedSince = record?.missedSince === undefined ? undefined : Date.parse(record.missedSince);
    return [{ name, vanished, missedSince, seenAt: lastSeen.get(name) }];
  });
}
