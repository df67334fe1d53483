import { PHASES, isTerminal, type Phase } from '../../kinds/operation/record.ts';
import type { JsonObject } from '../../model/json.ts';
import { splitKey } from '../../model/resource.ts';
import type { ObjectStatus } from '../../model/status.ts';
import type { FleetCache } from '../fleet-cache.ts';
import type { Sample, Source } from './metrics.ts';

export interface FleetSourceOptions {
  /** Also one `intendant_resource_info` for each host: ten thousand hosts are ten thousand lines. Default false. */
  infoOfHosts?: boolean;
}

/** What the cache says of the fleet. */
export function fleetSource(cache: FleetCache, options: FleetSourceOptions = {}): Source {
  return async () => {
    const hosts = cache.list('Host').map(({ status }) => status);
    const operations = cache.list('Operation').map(({ status }) => status);
    const others = options.infoOfHosts ? cache.list() : cache.list().filter(({ status }) => !isHost(status));
    return {
      viewReady: cache.ready && cache.trouble === undefined ? 1 : 0,
      hosts: countBy(hosts, 'status'),
      hostsDrifted: hosts.filter((host) => conditionOf(host, 'Drifted') === 'True').length,
      hostsInMaintenance: hosts.filter(({ detail }) => detail.maintenance === true).length,
      operations: countBy(operations, 'phase'),
      operationHosts: operations.filter(hasNotEnded).flatMap(hostsOf),
      resourceInfo: others.map(({ status }) => infoOf(status)),
    };
  };
}

function countBy(objects: readonly ObjectStatus[], label: string): Sample[] {
  const counts = new Map<string, number>();
  for (const { status } of objects) counts.set(status, (counts.get(status) ?? 0) + 1);
  return [...counts].map(([value, count]) => ({ labels: { [label]: value }, value: count }));
}

function isHost({ key }: ObjectStatus): boolean {
  return key.startsWith('Host/');
}

function hasNotEnded({ status }: ObjectStatus): boolean {
  return (PHASES as readonly string[]).includes(status) && !isTerminal(status as Phase);
}

const STATES = ['succeeded', 'failed', 'skipped', 'running', 'pending'] as const;

function hostsOf({ key, detail }: ObjectStatus): Sample[] {
  const counts = (detail.hosts ?? {}) as JsonObject;
  const operation = splitKey(key).name;
  return STATES.map((state) => {
    const value = counts[state];
    return { labels: { operation, state }, value: typeof value === 'number' ? value : 0 };
  });
}

function infoOf(status: ObjectStatus): Sample {
  const { kind, name } = splitKey(status.key);
  const labels = {
    kind,
    name,
    cluster: status.cluster ?? '',
    status: status.status,
    ready: conditionOf(status, 'Ready') ?? 'Unknown',
    suspended: conditionOf(status, 'Suspended') === 'True' ? 'true' : 'false',
    revision: status.lastAppliedRevision ?? '',
  };
  return { labels, value: 1 };
}

function conditionOf({ conditions }: ObjectStatus, type: string): string | undefined {
  return conditions.find((condition) => condition.type === type)?.status;
}
