import type { OperationSpec } from '../../schema/generated/types.ts';
import type { HostHands } from '../hosts/host.ts';
import type { StepSighting } from '../hosts/step-sighting.ts';
import type { HostRecord } from '../kinds/host/record.ts';
import { resolveTarget } from '../kinds/host/target.ts';
import { clustersOf } from '../kinds/operation/clusters-of.ts';
import type { StepRecord } from '../kinds/operation/neighbours/neighbour.ts';
import { findNeighbours, neighbourOfType } from '../kinds/operation/neighbours/registry.ts';
import type { Bound } from '../kinds/operation/pipeline.ts';
import { rebuildOperation, recordedSteps, roundOf, type Rebuilt, type Remains } from '../kinds/operation/rebuild.ts';
import { isTerminal, PHASES } from '../kinds/operation/record.ts';
import { boundDigest, mergeRollout } from '../kinds/operation/spec.ts';
import type { Step } from '../model/plan.ts';
import { keyOf, type Inventory, type ResourceKey } from '../model/resource.ts';
import type { ObjectStatus } from '../model/status.ts';
import { resolveSelection } from '../source/inventory/select.ts';
import type { ConfigSource } from '../source/source.ts';
import { keys } from '../store/keys.ts';
import { readInventory } from './read-inventory.ts';

export interface RebuildInput {
  source: ConfigSource;
  hands: HostHands;
  /** At the tip of the config branch. */
  inventory: Inventory;
  tip: string;
  objects: ReadonlyMap<ResourceKey, ObjectStatus>;
  hosts: ReadonlyMap<ResourceKey, HostRecord>;
  stepsRoot: string;
  /** ISO time. */
  at: string;
}

/** Hosts that are asked side by side. */
const SIDE_BY_SIDE = 32;
/** How long one host may take to answer, in milliseconds. */
const ANSWER_MS = 20_000;

/** Every operation that the branch or the repository speaks of, rebuilt; and the hosts that could not be asked. */
export async function rebuildOperations(
  input: RebuildInput,
  signal: AbortSignal,
): Promise<{ rebuilt: Rebuilt[]; silent: string[] }> {
  const { inventory, objects, at } = input;
  const all = new Set<ResourceKey>(inventory.keys('Operation'));
  for (const key of objects.keys()) if (key.startsWith('Operation/')) all.add(key);
  const rebuilt: Rebuilt[] = [];
  const silent = new Set<string>();
  for (const key of [...all].sort()) {
    const remains = await gather(key, input, signal);
    for (const [host, seen] of remains.sightings) if (seen === undefined) silent.add(host);
    rebuilt.push(rebuildOperation(remains, at));
  }
  return { rebuilt, silent: [...silent].sort() };
}

async function gather(key: ResourceKey, input: RebuildInput, signal: AbortSignal): Promise<Remains> {
  const { inventory, objects, tip } = input;
  const status = objects.get(key);
  const name = key.slice('Operation/'.length);
  const phase = PHASES.find((word) => word === status?.status);
  const ended = phase !== undefined && isTerminal(phase);
  const begunAt = typeof status?.detail.commit === 'string' ? status.detail.commit : undefined;
  const then = ended || begunAt === undefined ? undefined : await inventoryAt(begunAt, input, signal);
  const from = then && specIn(then, key) ? then : inventory;
  const spec = specIn(from, key);
  const hosts = spec ? resolveSelection(spec.target, from) : [];
  const clusters = clustersOf(hosts, from);
  const only = clusters.length === 1 ? from.get(keyOf('Cluster', clusters[0]!))?.spec.rollout : undefined;
  const scope = new Set(hosts);
  for (const cluster of clusters)
    for (const other of from.dependents(keyOf('Cluster', cluster)))
      if (other.startsWith('Host/')) scope.add(other.slice('Host/'.length));
  const neighbours = findNeighbours(spec, hosts, clusters, from).around;
  const seen =
    ended || !spec
      ? { sightings: new Map(), takeOuts: new Map() }
      : await ask(name, { spec, digest: boundDigest(spec), neighbours }, roundOf(status, spec), hosts, input, signal);
  return {
    name,
    status,
    spec,
    wished: specIn(inventory, key),
    selection: { hosts, clusters, rollout: mergeRollout(spec?.rollout, only), scope: scope.size, neighbours },
    commit: from === inventory ? tip : begunAt!,
    ...seen,
  };
}

/** The inventory of an earlier commit; undefined where it can no longer be read. */
async function inventoryAt(
  commit: string,
  { source, tip, inventory }: RebuildInput,
  signal: AbortSignal,
): Promise<Inventory | undefined> {
  if (commit === tip) return inventory;
  try {
    await source.fetch(tip, commit, signal);
    return await readInventory(source, commit, signal);
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}

function specIn(inventory: Inventory, key: ResourceKey): OperationSpec | undefined {
  return inventory.get(key)?.spec as OperationSpec | undefined;
}

/** What each host says of the act, and helpers of having taken it out: read only, nothing is changed there. */
async function ask(
  name: string,
  frozen: Bound,
  round: number,
  hosts: readonly string[],
  { inventory, hosts: records, hands, stepsRoot }: RebuildInput,
  signal: AbortSignal,
): Promise<Pick<Remains, 'sightings' | 'takeOuts'>> {
  const live = {
    get: (key: string) => {
      const resource = key.startsWith(keys.records) ? (key.slice(keys.records.length) as ResourceKey) : undefined;
      return (resource && records.get(resource)) as never;
    },
    list: () => [],
  };
  const read = async (step: Step, { host, place }: StepRecord): Promise<StepSighting | undefined> => {
    const within = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]);
    const acting = hands.actingFor({ operation: name, step: step.id, round });
    try {
      const seen = await acting.readStep(resolveTarget(host, inventory, live), place, within);
      return 'lost' in seen || seen.state === 'error' ? undefined : seen;
    } catch {
      signal.throwIfAborted();
      return undefined;
    }
  };
  const sightings = new Map<string, StepSighting | undefined>();
  const takeOuts = new Map<string, Map<string, StepSighting | undefined>>();
  const left = [...hosts];
  const work = async (): Promise<void> => {
    for (let host = left.shift(); host !== undefined; host = left.shift()) {
      const steps = recordedSteps(name, frozen, host, round);
      const place = { stepsRoot, stepId: steps.act.id, digest: frozen.digest };
      sightings.set(host, await read(steps.act, { host, place }));
      const told = new Map<string, StepSighting | undefined>();
      for (const step of steps.takeOuts) {
        const record = neighbourOfType(step.parameters.neighbourType as string).recordOf?.(step, stepsRoot);
        if (record) told.set(step.id, await read(step, record));
      }
      if (told.size > 0) takeOuts.set(host, told);
    }
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, work));
  return { sightings, takeOuts };
}
