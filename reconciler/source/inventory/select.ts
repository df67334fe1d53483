import type { Target } from '../../../schema/generated/types.ts';
import type { Inventory, Resource } from '../../model/resource.ts';
import { keyOf, splitKey } from '../../model/resource.ts';

/**
 * Names of the hosts that a target selects: as they are listed there, or sorted. Hosts that are named but do not exist are left
 * out; an empty selection, and a selector without labels, select nothing.
 */
export function resolveSelection(target: Target, inventory: Inventory): string[] {
  if (target.hosts) return [...new Set(target.hosts)].filter((name) => inventory.get(keyOf('Host', name)));
  if (target.cluster !== undefined) return hostsWhere(inventory, ({ spec }) => spec.cluster === target.cluster);
  const wanted = Object.entries(target.selector?.matchLabels ?? {});
  if (wanted.length === 0) return [];
  const cluster = target.selector?.cluster;
  return hostsWhere(
    inventory,
    ({ spec, metadata }) =>
      (cluster === undefined || spec.cluster === cluster) &&
      wanted.every(([label, value]) => metadata.labels?.[label] === value),
  );
}

function hostsWhere(inventory: Inventory, matches: (host: Resource<'Host'>) => boolean): string[] {
  return inventory
    .keys('Host')
    .filter((key) => matches(inventory.get(key) as Resource<'Host'>))
    .map((key) => splitKey(key).name);
}
