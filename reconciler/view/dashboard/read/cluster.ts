import type { ClusterSpec } from '../../../../schema/generated/types.ts';
import { keyOf, type Resource } from '../../../model/resource.ts';
import type { ObjectStatus } from '../../../model/status.ts';
import type { ViewContext } from '../../http/context.ts';
import { placeOf } from '../advice.ts';
import { countStates, type StateCounts } from '../states.ts';
import { clusterHolds } from './holds.ts';
import { readHosts, type HostLine } from './hosts.ts';
import { readOperations, type OperationLine } from './operations.ts';
import type { Standing } from './standing.ts';

/** One cluster. */
export interface ClusterModel {
  name: string;
  status: ObjectStatus | undefined;
  resource: Resource<'Cluster'> | undefined;
  spec: ClusterSpec;
  place?: string;
  hosts: HostLine[];
  counts: StateCounts;
  holds: string[];
  /** Operations on it. */
  operations: OperationLine[];
}

/** Reads it; undefined: neither the repository nor the live state knows such a cluster. */
export function readCluster(name: string, context: ViewContext, standing: Standing): ClusterModel | undefined {
  const key = keyOf('Cluster', name);
  const resource = context.desired.inventory.get(key);
  const status = context.cache.get(key)?.status;
  if (!resource && !status) return undefined;
  const hosts = readHosts(context).filter(({ cluster }) => cluster === name);
  const place = placeOf(resource);
  return {
    name,
    status,
    resource,
    spec: resource?.spec ?? {},
    ...(place !== undefined && { place }),
    hosts,
    counts: countStates(hosts.map(({ state }) => state)),
    holds: clusterHolds(name, context, standing),
    operations: readOperations(context).filter(({ clusters }) => clusters.includes(name)),
  };
}
