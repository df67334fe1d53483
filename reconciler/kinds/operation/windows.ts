import type { ClusterSpec, OperationSpec } from '../../../schema/generated/types.ts';
import { keyOf, type Inventory } from '../../model/resource.ts';
import type { Hold } from '../../rollout/decide.ts';
import { windowHold, type Overrun } from '../../rollout/windows/hold.ts';
import type { WindowSet } from '../../rollout/windows/open-times.ts';
import type { KindDeps } from '../context.ts';
import { actionsFor } from './actions-of.ts';
import type { FrozenNeighbour } from './neighbours/neighbour.ts';
import { findNeighbours } from './neighbours/registry.ts';
import { mergeRollout } from './spec.ts';

/** What decides whether the maintenance windows let an operation begin a host. */
export interface WindowTerms {
  /** What it is bound to: its frozen spec once it has begun. */
  spec: OperationSpec;
  /** Specs of every cluster concerned, by name, as they are in the repository now. */
  clusterSpecs: ReadonlyMap<string, ClusterSpec>;
  overrun?: Overrun;
  /** Who is told around the act: that takes time too. */
  neighbours?: readonly FrozenNeighbour[];
  begun: boolean;
  /** Why the daemon's clock cannot be trusted. */
  clockDoubt?: string;
}

/** Whether an operation that has not begun waits for its windows: it keeps nobody else waiting meanwhile. */
export function waitsForWindow(
  spec: OperationSpec,
  hosts: readonly string[],
  clusters: readonly string[],
  { inventory, clock, clockDoubt }: Pick<KindDeps, 'inventory' | 'clock' | 'clockDoubt'>,
): boolean {
  const clusterSpecs = specsOf(clusters, inventory());
  const overrun = mergeRollout(spec.rollout, onlyOf(clusterSpecs)?.rollout).overrun;
  const neighbours = findNeighbours(spec, hosts, clusters, inventory()).around;
  const terms = { spec, clusterSpecs, overrun, neighbours, begun: false, clockDoubt: clockDoubt() };
  return windowsHold(terms, clock.now()) !== undefined;
}

/** The specs of these clusters, as far as they exist. */
export function specsOf(clusters: readonly string[], inventory: Inventory): Map<string, ClusterSpec> {
  return new Map(
    clusters.flatMap((cluster) => {
      const resource = inventory.get(keyOf('Cluster', cluster));
      return resource ? [[cluster, resource.spec]] : [];
    }),
  );
}

/** The cluster whose defaults apply: there are none where hosts of several are concerned. */
function onlyOf(clusterSpecs: ReadonlyMap<string, ClusterSpec>): ClusterSpec | undefined {
  return clusterSpecs.size === 1 ? [...clusterSpecs.values()][0] : undefined;
}

/** The hold that closed maintenance windows mean. The windows of a cluster are heeded as they stand now, like its freeze. */
export function windowsHold(
  { spec, clusterSpecs, overrun, neighbours, begun, clockDoubt }: WindowTerms,
  nowMs: number,
): Hold | undefined {
  return windowHold({
    sets: windowSets(spec, clusterSpecs),
    nowMs,
    overrun: overrun ?? 'host',
    begun,
    hostMs: longestPerHost(spec, neighbours),
    clockDoubt,
  });
}

function windowSets(spec: OperationSpec, clusterSpecs: ReadonlyMap<string, ClusterSpec>): WindowSet[] {
  return [
    ...[...clusterSpecs].map(([name, { windows = [] }]) => ({ owner: `cluster ${name}`, windows })),
    { owner: 'the operation', windows: spec.windows ?? [] },
  ];
}

/** How long one host may take when every step needs all of its time, in milliseconds. */
function longestPerHost(spec: OperationSpec, neighbours: readonly FrozenNeighbour[] | undefined): number {
  return actionsFor(spec, neighbours).reduce((sum, { timeoutMs }) => sum + timeoutMs, 0);
}
