import { keyOf, type Inventory } from '../../model/resource.ts';

/** The clusters that these hosts belong to, sorted. */
export function clustersOf(hosts: readonly string[], inventory: Inventory): string[] {
  const clusters = new Set<string>();
  for (const host of hosts) {
    const cluster = inventory.get(keyOf('Host', host))?.spec.cluster;
    if (cluster !== undefined) clusters.add(cluster);
  }
  return [...clusters].sort();
}
