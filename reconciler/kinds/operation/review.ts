import type { ClusterSpec, Rollout } from '../../../schema/generated/types.ts';
import type { Plan } from '../../model/plan.ts';
import { keyOf, type Inventory, type Resource } from '../../model/resource.ts';
import type { ObjectStatus } from '../../model/status.ts';
import { resolveSelection } from '../../source/inventory/select.ts';
import { nameSome } from '../../rollout/decide.ts';
import { freezeHold, isOver } from '../../rollout/freeze.ts';
import { approvalHold } from '../../rollout/approval.ts';
import { fleetSpec } from '../fleet/spec.ts';
import { bindApproval, needsApproval } from './approval.ts';
import { clustersOf } from './clusters-of.ts';
import { actionsFor, type Action } from './actions-of.ts';
import { familyWarnings } from './family-warnings.ts';
import { profileWarnings } from './profile-warnings.ts';
import { gateWarnings } from './gate-warnings.ts';
import type { FrozenNeighbour } from './neighbours/neighbour.ts';
import { findNeighbours } from './neighbours/registry.ts';
import { stepsOf } from './pipeline.ts';
import type { FrozenRollout } from './record.ts';
import { boundDigest, freezeRollout, rolloutOf } from './spec.ts';
import { specsOf } from './windows.ts';

/** What an operation would do, for a person to read before it does it. */
export interface OperationReview {
  name: string;
  type: string;
  hosts: string[];
  /** The hosts in the order in which they are acted on. */
  batches: string[][];
  rollout: FrozenRollout;
  pauseAfter?: number;
  /** What happens on each host, in order. */
  actions: string[];
  warnings: string[];
  /** It needs the approval of somebody else than its author: what to approve, and the digest that the document approves. */
  approval?: { digest: string; given?: string };
  plan: Plan;
}

/**
 * Plans an operation from the repository and what is known of the hosts, with the same functions that the executor uses:
 * what is shown is what is journalled.
 */
export function reviewOperation(
  resource: Resource<'Operation'>,
  inventory: Inventory,
  statusOf: (key: string) => ObjectStatus | undefined,
  nowMs: number,
): OperationReview {
  const { name } = resource.metadata;
  const spec = resource.spec;
  const hosts = resolveSelection(spec.target, inventory);
  const clusters = clustersOf(hosts, inventory);
  const clusterSpecs = specsOf(clusters, inventory);
  const merged = rolloutOf(spec, clusters, clusterSpecs);
  const { batches, rollout } = freezeRollout(merged, hosts, scopeOf(hosts, clusters, inventory, nowMs));
  const { around, lacking } = findNeighbours(spec, hosts, clusters, inventory);
  const frozen = { spec, digest: boundDigest(spec), neighbours: around };
  const steps = batches.flat().flatMap((host) => stepsOf(name, frozen, host, spec.retry ?? 0));
  const approval = approvalFor(resource, hosts, merged, clusterSpecs, around);
  const unapproved = approval && approval.given !== approval.digest ? approvalHold(approval) : undefined;
  const warnings = [
    ...warningsFor(hosts, clusters, inventory, statusOf, nowMs),
    ...familyWarnings(spec, hosts, statusOf),
    ...profileWarnings(spec, hosts, inventory),
    ...neighbourWarnings(around, lacking, hosts),
    ...(unapproved ? [`it would wait: ${unapproved.message}`] : []),
    ...gateWarnings({ spec, overrun: merged.overrun, neighbours: around, clusters, inventory, statusOf, nowMs }),
  ];
  return {
    name,
    type: spec.type,
    hosts,
    batches,
    rollout,
    pauseAfter: merged.pauseAfter,
    actions: actionsFor(spec, around).map((action) => summaryOf(action, around)),
    warnings,
    ...(approval && { approval }),
    plan: { changes: [], steps, warnings },
  };
}

/** What concerns some of the hosts only says which. */
function summaryOf({ summary, parameters: { neighbour } }: Action, neighbours: readonly FrozenNeighbour[]): string {
  const some = neighbours.find(({ name }) => name === neighbour)?.hosts;
  return some ? `${summary} (${nameSome(some)})` : summary;
}

function neighbourWarnings(
  neighbours: readonly FrozenNeighbour[],
  lacking: readonly string[],
  hosts: readonly string[],
): string[] {
  const helpers = neighbours.flatMap(({ name, settings: { host } }) =>
    typeof host === 'string' && hosts.includes(host) ? [{ name, host }] : [],
  );
  return [
    ...lacking,
    ...helpers.map(
      ({ name, host }) =>
        `${host} is acted on itself and runs the ${name}: while it is away no host can be taken out or put back; give it an operation of its own`,
    ),
  ];
}

function approvalFor(
  { metadata, spec, origin }: Resource<'Operation'>,
  hosts: readonly string[],
  merged: Rollout,
  clusterSpecs: ReadonlyMap<string, ClusterSpec>,
  neighbours: readonly FrozenNeighbour[],
): OperationReview['approval'] {
  if (!origin.oid || hosts.length === 0 || !needsApproval(spec, clusterSpecs.values())) return undefined;
  const { digest } = bindApproval(metadata.name, spec, merged, hosts, neighbours);
  return { digest, ...(spec.approval?.digest === undefined ? {} : { given: spec.approval.digest }) };
}

/** Number of hosts that percentages are taken of: those of the clusters concerned and those selected, without maintenance. */
function scopeOf(hosts: readonly string[], clusters: readonly string[], inventory: Inventory, nowMs: number): number {
  const names = new Set(hosts);
  for (const cluster of clusters) {
    for (const key of inventory.dependents(keyOf('Cluster', cluster))) {
      if (key.startsWith('Host/')) names.add(key.slice('Host/'.length));
    }
  }
  return [...names].filter((name) => {
    const maintenance = inventory.get(keyOf('Host', name))?.spec.maintenance;
    return maintenance === undefined || isOver(maintenance.until, nowMs);
  }).length;
}

function warningsFor(
  hosts: readonly string[],
  clusters: readonly string[],
  inventory: Inventory,
  statusOf: (key: string) => ObjectStatus | undefined,
  nowMs: number,
): string[] {
  const warnings: string[] = [];
  if (hosts.length === 0) warnings.push('the target selects no host: nothing will be done');
  const down = hosts.filter((host) => {
    const word = statusOf(keyOf('Host', host))?.status;
    return word !== undefined && word !== 'active';
  });
  if (down.length > 0) warnings.push(`not active now: ${nameSome(down)}`);
  const resting = hosts.filter((host) => {
    const maintenance = inventory.get(keyOf('Host', host))?.spec.maintenance;
    return maintenance !== undefined && !isOver(maintenance.until, nowMs);
  });
  if (resting.length > 0) warnings.push(`in maintenance, will be skipped: ${nameSome(resting)}`);
  const holds = [
    freezeHold('the fleet', fleetSpec(inventory)?.freeze, nowMs),
    ...clusters.map((cluster) => {
      const spec: ClusterSpec | undefined = inventory.get(keyOf('Cluster', cluster))?.spec;
      return freezeHold(`cluster ${cluster}`, spec?.freeze, nowMs);
    }),
  ];
  return [...warnings, ...holds.flatMap((hold) => (hold ? [hold.message] : []))];
}
