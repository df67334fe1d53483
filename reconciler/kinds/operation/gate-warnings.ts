import type { ClusterSpec, OperationSpec } from '../../../schema/generated/types.ts';
import { keyOf, type Inventory } from '../../model/resource.ts';
import type { ObjectStatus } from '../../model/status.ts';
import { breakerHold, type ClusterHealth } from '../../rollout/breaker.ts';
import { dependencyHold } from '../../rollout/dependencies.ts';
import { isOver } from '../../rollout/freeze.ts';
import type { Overrun } from '../../rollout/windows/hold.ts';
import { fleetSpec } from '../fleet/spec.ts';
import { alertGates } from './alerts.ts';
import type { FrozenNeighbour } from './neighbours/neighbour.ts';
import { specsOf, windowsHold } from './windows.ts';

/** An operation under review, and what is known of the fleet. */
export interface GateReview {
  spec: OperationSpec;
  overrun: Overrun | undefined;
  neighbours: readonly FrozenNeighbour[];
  clusters: readonly string[];
  inventory: Inventory;
  statusOf: (key: string) => ObjectStatus | undefined;
  nowMs: number;
}

/** What would hold the operation if it were to begin now, one sentence for each gate. Pure. */
export function gateWarnings({
  spec,
  overrun,
  neighbours,
  clusters,
  inventory,
  statusOf,
  nowMs,
}: GateReview): string[] {
  const clusterSpecs = specsOf(clusters, inventory);
  const dependencies = (spec.dependsOn ?? []).map((name) => ({
    name,
    phase: statusOf(keyOf('Operation', name))?.status,
  }));
  const health = [...clusterSpecs].map(([name, cluster]) => healthOf(name, cluster, inventory, statusOf, nowMs));
  const holds = [
    breakerHold(health),
    dependencyHold(dependencies),
    windowsHold({ spec, clusterSpecs, overrun, neighbours, begun: false }, nowMs),
  ];
  const gates = alertGates(fleetSpec(inventory)?.alertGate, clusterSpecs);
  return [
    ...holds.flatMap((hold) => (hold ? [`it would wait: ${hold.message}`] : [])),
    ...gates.map(({ owner, gate }) => `it waits while the alert gate of ${owner} finds anything: ${gate.query}`),
  ];
}

function healthOf(
  name: string,
  { maxUnhealthy }: ClusterSpec,
  inventory: Inventory,
  statusOf: GateReview['statusOf'],
  nowMs: number,
): ClusterHealth {
  const hosts = inventory.dependents(keyOf('Cluster', name)).filter((key) => {
    if (!key.startsWith('Host/')) return false;
    const maintenance = inventory.get(key as `Host/${string}`)?.spec.maintenance;
    return maintenance === undefined || isOver(maintenance.until, nowMs);
  });
  const unhealthy = hosts.filter((key) => statusOf(key)?.status === 'failed');
  return { name, unhealthy: unhealthy.map((key) => key.slice('Host/'.length)), total: hosts.length, maxUnhealthy };
}
