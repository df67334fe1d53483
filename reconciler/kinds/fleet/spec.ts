import type { FleetSpec } from '../../../schema/generated/types.ts';
import type { Inventory } from '../../model/resource.ts';

/** What the fleet's document says; undefined: there is none. A repository has at most one. */
export function fleetSpec(inventory: Inventory): FleetSpec | undefined {
  const key = inventory.keys('Fleet')[0];
  return key === undefined ? undefined : inventory.get(key)?.spec;
}
