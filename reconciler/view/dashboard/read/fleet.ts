import { splitKey } from '../../../model/resource.ts';
import type { ViewContext } from '../../http/context.ts';
import { countStates, type StateCounts } from '../states.ts';
import { readAttention, type Attention } from './attention.ts';
import { clusterHolds } from './holds.ts';
import { byName, readHosts, type HostLine } from './hosts.ts';
import { readOperations, type OperationLine } from './operations.ts';
import type { Standing } from './standing.ts';

/** The hosts of a cluster. */
export interface ClusterGroup {
  /** Empty: hosts without a cluster. */
  name: string;
  hosts: HostLine[];
  counts: StateCounts;
  /** Why operations on it wait, a sentence each: frozen, or held at an older revision. */
  holds: string[];
}

/** The fleet at a glance. */
export interface FleetModel {
  groups: ClusterGroup[];
  total: number;
  counts: StateCounts;
  /** What somebody should look at, the worst first. */
  attention: Attention[];
  /** Operations that have not ended. */
  operations: OperationLine[];
}

export function readFleet(context: ViewContext, standing: Standing): FleetModel {
  const hosts = readHosts(context);
  const operations = readOperations(context);
  return {
    groups: groupHosts(context, hosts, standing),
    total: hosts.length,
    counts: countStates(hosts.map(({ state }) => state)),
    attention: readAttention(context, standing, hosts, operations),
    operations: operations.filter(({ unfinished }) => unfinished),
  };
}

/** Clusters by name, so that each keeps its place on the screen; hosts without one last. */
function groupHosts(context: ViewContext, hosts: readonly HostLine[], standing: Standing): ClusterGroup[] {
  const groups = new Map<string, HostLine[]>();
  for (const key of context.desired.inventory.keys('Cluster')) groups.set(splitKey(key).name, []);
  for (const host of hosts) {
    const group = groups.get(host.cluster);
    if (group) group.push(host);
    else groups.set(host.cluster, [host]);
  }
  return [...groups]
    .sort(([a], [b]) => (a === '' ? 1 : b === '' ? -1 : byName(a, b)))
    .map(([name, members]) => ({
      name,
      hosts: members,
      counts: countStates(members.map(({ state }) => state)),
      holds: clusterHolds(name, context, standing),
    }));
}
