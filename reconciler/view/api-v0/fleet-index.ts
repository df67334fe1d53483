import { keyOf, type Inventory, type Resource, type ResourceKey } from '../../model/resource.ts';

/** The hosts of an inventory by what Commissaire's clients know of them. Made once for each inventory. */
export interface FleetIndex {
  /** Names of the hosts at an address, sorted. Usually one. */
  byAddress: ReadonlyMap<string, readonly string[]>;
  /** Hosts of a cluster, sorted by name. */
  members: ReadonlyMap<string, readonly Resource<'Host'>[]>;
}

const known = new WeakMap<Inventory, FleetIndex>();

/** The index of an inventory; inventories never change. */
export function fleetIndex(inventory: Inventory): FleetIndex {
  const before = known.get(inventory);
  if (before) return before;
  const byAddress = new Map<string, string[]>();
  const members = new Map<string, Resource<'Host'>[]>();
  for (const key of inventory.keys('Host')) {
    const host = inventory.get(key as ResourceKey<'Host'>);
    if (!host) continue;
    append(byAddress, host.spec.address, host.metadata.name);
    if (host.spec.cluster !== undefined) append(members, host.spec.cluster, host);
  }
  const index = { byAddress, members };
  known.set(inventory, index);
  return index;
}

/**
 * The host that a client means: the one at this address, of several the first by name; else the one of this name, so that
 * each of several at one address can be asked for.
 */
export function findHost(inventory: Inventory, text: string): Resource<'Host'> | undefined {
  const name = fleetIndex(inventory).byAddress.get(text)?.[0] ?? text;
  return inventory.get(keyOf('Host', name));
}

/** Addresses of hosts: each once, sorted. */
export function addressesOf(hosts: readonly Resource<'Host'>[]): string[] {
  return [...new Set(hosts.map(({ spec }) => spec.address))].sort();
}

function append<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
