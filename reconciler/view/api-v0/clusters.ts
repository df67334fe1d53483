import { keyOf, type Resource } from '../../model/resource.ts';
import type { ViewContext } from '../http/context.ts';
import { addressesOf, fleetIndex } from './fleet-index.ts';
import type { ClusterObject } from './shapes.ts';

type Reading = Pick<ViewContext, 'cache' | 'desired'>;

/** Names of all clusters, sorted. */
export function clusterNames({ cache, desired: { inventory } }: Reading): string[] {
  const found = [...inventory.keys('Cluster'), ...cache.list('Cluster').map(({ status }) => status.key)];
  return [...new Set(found)].map((key) => key.slice('Cluster/'.length)).sort();
}

/** Whether there is such a cluster. */
export function hasCluster(name: string, { cache, desired: { inventory } }: Reading): boolean {
  const key = keyOf('Cluster', name);
  return inventory.get(key) !== undefined || cache.get(key) !== undefined;
}

/** Hosts of a cluster, sorted by name. */
export function membersOf(name: string, { desired: { inventory } }: Reading): readonly Resource<'Host'>[] {
  return fleetIndex(inventory).members.get(name) ?? [];
}

/**
 * The cluster as Commissaire tells it. Every host is counted: one in maintenance is not available, which does not make
 * the cluster's status worse. The caller knows that there is such a cluster.
 */
export function clusterObject(name: string, context: Reading): ClusterObject {
  const { cache, desired } = context;
  const spec = desired.inventory.get(keyOf('Cluster', name))?.spec;
  const members = membersOf(name, context);
  const available = members.filter((host) => isAvailable(host, context)).length;
  const hosts = { total: members.length, available, unavailable: members.length - available };
  return {
    name,
    status: cache.get(keyOf('Cluster', name))?.status.status ?? wordOf(hosts),
    network: spec?.network ?? '',
    hostset: addressesOf(members),
    container_manager: spec?.containerManager ?? '',
    hosts,
  };
}

function isAvailable({ metadata: { name } }: Resource<'Host'>, { cache }: Reading): boolean {
  const status = cache.get(keyOf('Host', name))?.status;
  return status?.status === 'active' && status.detail.maintenance !== true;
}

/** Commissaire's rule, for a cluster that has not been looked at yet. */
function wordOf({ total, available }: ClusterObject['hosts']): string {
  if (available === total) return 'ok';
  return available === 0 ? 'failed' : 'degraded';
}
