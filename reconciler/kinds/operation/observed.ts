import type { ClusterSpec, HostSpec, OperationSpec } from '../../../schema/generated/types.ts';
import type { JournalRecord } from '../../model/plan.ts';
import type { Inventory, ResourceKey } from '../../model/resource.ts';
import { keyOf } from '../../model/resource.ts';
import { resolveSelection } from '../../source/inventory/select.ts';
import { keys } from '../../store/keys.ts';
import type { ClaimRecord } from '../../store/records.ts';
import type { ObjectStatus } from '../../model/status.ts';
import { observeApproval, type ApprovalObserved } from './approval.ts';
import type { Halt } from '../../rollout/brake.ts';
import type { AlertReading } from '../../rollout/alerts.ts';
import type { Dependency } from '../../rollout/dependencies.ts';
import type { Freeze } from '../../rollout/freeze.ts';
import type { KindDeps } from '../context.ts';
import { fleetSpec } from '../fleet/spec.ts';
import { asHostRecord } from '../host/record.ts';
import { operationsAhead } from './ahead.ts';
import { readAlerts } from './alerts.ts';
import { clustersOf } from './clusters-of.ts';
import { readDependencies } from './dependencies.ts';
import { readJournal } from './journal.ts';
import { findNeighbours, type NeighboursFound } from './neighbours/registry.ts';
import { asOperationRecord, isTerminal, type OperationRecord } from './record.ts';
import { rolloutOf } from './spec.ts';
import { readUnseen, type Unseen } from './unseen.ts';
import { specsOf } from './windows.ts';
import { isAnswering } from '../host/words.ts';

/** One host as an operation sees it. */
export interface HostView {
  /** Still in the repository. */
  present: boolean;
  cluster?: string;
  /** It can be used: its status says so, and its last check in this process got through. */
  active: boolean;
  /** Its status says that it has failed. */
  failed?: boolean;
  /** Its status says that it can be used, and this process has not looked yet whether that still holds. */
  unchecked?: boolean;
  maintenance?: { who: string; why: string; until?: string };
  /** Who is changing it now. */
  claim?: ClaimRecord;
  /** Wall-clock milliseconds of the last session that worked, in this process; undefined = not yet. */
  lastSeen?: number;
}

/** What an operation reads of the world: live state only, never a host. */
export interface OperationObserved {
  name: string;
  key: ResourceKey<'Operation'>;
  record: OperationRecord | undefined;
  previous: ObjectStatus | undefined;
  /** Journal by host, all rounds. */
  journal: ReadonlyMap<string, readonly JournalRecord[]>;
  /** Hosts selected now (before Begin) or at Begin, in order. */
  selection: readonly string[];
  /** Clusters of those hosts. */
  clusters: readonly string[];
  /** Every host whose being down counts: those of the clusters, and those selected. */
  scope: ReadonlyMap<string, HostView>;
  clusterSpecs: ReadonlyMap<string, ClusterSpec>;
  fleetFreeze?: Freeze;
  /** The brake is pulled. */
  halt?: Halt;
  /** The hosts cannot be seen, and it is probably not their fault. */
  unseen?: Unseen;
  /** Why the daemon's clock cannot be trusted to say whether a window is open. */
  clockDoubt?: string;
  /** Last answers of the alert gates concerned. */
  alerts?: readonly AlertReading[];
  /** Operations that must have succeeded before this one begins. */
  dependencies?: readonly Dependency[];
  /** It needs an approval before it begins. */
  approval?: ApprovalObserved;
  /** Who is told around the act on its hosts, as the repository says now; absent once it has ended. */
  neighbours?: NeighboursFound;
  /** Unfinished operations on the same clusters or hosts that this one has to wait for. */
  ahead: readonly string[];
  /** Hosts on which a step of this operation runs in this process. */
  inFlight: ReadonlySet<string>;
}

export function observeOperation(
  key: ResourceKey<'Operation'>,
  spec: OperationSpec | undefined,
  deps: KindDeps,
): OperationObserved {
  const name = key.slice('Operation/'.length);
  const inventory = deps.inventory();
  const record = asOperationRecord(deps.live.get(keys.record(key)));
  const selection = record?.frozen?.hosts ?? (spec ? resolveSelection(spec.target, inventory) : []);
  const clusters = record?.frozen?.clusters ?? clustersOf(selection, inventory);
  const clusterSpecs = specsOf(clusters, inventory);
  const hasEnded = record !== undefined && isTerminal(record.phase) && (spec?.retry ?? 0) <= record.round;
  const neighbours = hasEnded ? undefined : findNeighbours(spec, selection, clusters, inventory);
  return {
    name,
    key,
    record,
    previous: deps.live.get(keys.object(key)) as unknown as ObjectStatus | undefined,
    journal: readJournal(name, deps.live),
    selection,
    clusters,
    scope: readScope(selection, clusters, inventory, deps),
    clusterSpecs,
    fleetFreeze: fleetSpec(inventory)?.freeze,
    halt: deps.halt(),
    unseen: readUnseen(key, deps),
    clockDoubt: deps.clockDoubt(),
    // Who has ended asks nobody.
    alerts: hasEnded ? [] : readAlerts(fleetSpec(inventory)?.alertGate, clusterSpecs, deps),
    dependencies: readDependencies(record?.frozen?.spec ?? spec, deps),
    neighbours,
    approval:
      spec && !record?.frozen
        ? observeApproval(
            key,
            spec,
            {
              merged: rolloutOf(spec, clusters, clusterSpecs),
              hosts: selection,
              clusterSpecs,
              neighbours: neighbours?.around ?? [],
            },
            record,
            deps,
          )
        : undefined,
    ahead: operationsAhead({ key, record, retry: spec?.retry ?? 0, clusters, hosts: selection }, deps),
    inFlight: deps.inFlight(key),
  };
}

function readScope(
  selection: readonly string[],
  clusters: readonly string[],
  inventory: Inventory,
  deps: KindDeps,
): Map<string, HostView> {
  const names = new Set(selection);
  for (const cluster of clusters) {
    for (const key of inventory.dependents(keyOf('Cluster', cluster))) {
      if (key.startsWith('Host/')) names.add(key.slice('Host/'.length));
    }
  }
  return new Map([...names].map((name) => [name, viewHost(name, inventory, deps)]));
}

function viewHost(name: string, inventory: Inventory, deps: KindDeps): HostView {
  const key = keyOf('Host', name);
  const spec: HostSpec | undefined = inventory.get(key)?.spec;
  const status = deps.live.get(keys.object(key)) as unknown as ObjectStatus | undefined;
  const lastSeen = deps.lastSeen.get(name);
  const answers = isAnswering(status?.status) && asHostRecord(deps.live.get(keys.record(key)))?.failure === undefined;
  return {
    present: spec !== undefined,
    cluster: spec?.cluster,
    active: answers && lastSeen !== undefined,
    failed: status?.status === 'failed',
    unchecked: answers && lastSeen === undefined,
    maintenance: spec?.maintenance,
    claim: deps.live.get(keys.claim(name)) as unknown as ClaimRecord | undefined,
    lastSeen,
  };
}
