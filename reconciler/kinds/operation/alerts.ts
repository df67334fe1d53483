import type { AlertGate, ClusterSpec } from '../../../schema/generated/types.ts';
import type { AlertReading } from '../../rollout/alerts.ts';
import type { KindDeps } from '../context.ts';

/** The last answers of the alert gates that concern hosts of these clusters. */
export function readAlerts(
  fleetGate: AlertGate | undefined,
  clusterSpecs: ReadonlyMap<string, ClusterSpec>,
  deps: Pick<KindDeps, 'alerts'>,
): AlertReading[] {
  return alertGates(fleetGate, clusterSpecs).map(({ owner, gate }) => ({ owner, answer: deps.alerts(gate) }));
}

/** The alert gates of the fleet and of these clusters, and whose they are. */
export function alertGates(
  fleetGate: AlertGate | undefined,
  clusterSpecs: ReadonlyMap<string, ClusterSpec>,
): { owner: string; gate: AlertGate }[] {
  const all = [
    { owner: 'the fleet', gate: fleetGate },
    ...[...clusterSpecs].map(([name, { alertGate }]) => ({ owner: `cluster ${name}`, gate: alertGate })),
  ];
  return all.flatMap(({ owner, gate }) => (gate ? [{ owner, gate }] : []));
}
