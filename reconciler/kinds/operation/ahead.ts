import type { OperationSpec } from '../../../schema/generated/types.ts';
import type { ResourceKey } from '../../model/resource.ts';
import { resolveSelection } from '../../source/inventory/select.ts';
import { dependencyHold } from '../../rollout/dependencies.ts';
import { keys } from '../../store/keys.ts';
import type { RevisionRecord } from '../../store/records.ts';
import type { KindDeps } from '../context.ts';
import { heedRelease } from './adopted.ts';
import { clustersOf } from './clusters-of.ts';
import { readDependencies } from './dependencies.ts';
import { asOperationRecord, holdsGround, isTerminal, type OperationRecord } from './record.ts';
import { waitsForWindow } from './windows.ts';

/** An operation, as far as its place among the others goes. */
export interface Queuer {
  key: ResourceKey<'Operation'>;
  record: OperationRecord | undefined;
  /** What the repository asks for. */
  retry: number;
  clusters: readonly string[];
  hosts: readonly string[];
}

/**
 * Operations that share clusters or hosts with this one and that it has to wait for, sorted: every one that has begun, whether
 * its document is still there or not, and before the beginning also those that stand before it, by first revision, then by
 * name. One that is suspended or cancelled before it began, or waits for a person (as for an approval), for operations that it depends on, or for its
 * maintenance windows, keeps nobody waiting. A round that `retry` asks for waits as well.
 */
export function operationsAhead(
  ours: Queuer,
  deps: Pick<KindDeps, 'live' | 'inventory' | 'clock' | 'clockDoubt'>,
): string[] {
  const { record } = ours;
  if (record && (isTerminal(record.phase) ? ours.retry <= record.round : holdsGround(record))) return [];
  const inventory = deps.inventory();
  const sequence = (deps.live.get(keys.revision) as RevisionRecord | undefined)?.sequence ?? 0;
  const place = { sequence: record?.heldSince.sequence ?? sequence, name: nameOf(ours.key) };
  const ahead = new Set<string>();
  for (const [other, theirs] of recordsOf(deps)) {
    if (other === ours.key || !holdsGround(theirs)) continue;
    if (overlap(ours, theirs.frozen!)) ahead.add(nameOf(other));
  }
  if (record?.frozen) return [...ahead].sort();
  for (const other of inventory.keys('Operation')) {
    const theirs = asOperationRecord(deps.live.get(keys.record(other)));
    const spec = inventory.get(other)?.spec as OperationSpec | undefined;
    if (other === ours.key || !spec || spec.suspend || spec.cancel || theirs?.frozen) continue;
    if (theirs && (isTerminal(theirs.phase) || heedRelease(theirs, spec).adopted || theirs.approval?.waits)) continue;
    const theirPlace = { sequence: theirs?.heldSince.sequence ?? sequence, name: nameOf(other) };
    if (!standsBefore(theirPlace, place)) continue;
    const hosts = resolveSelection(spec.target, inventory);
    const clusters = clustersOf(hosts, inventory);
    if (!overlap(ours, { hosts, clusters })) continue;
    if (dependencyHold(readDependencies(spec, deps)) || waitsForWindow(spec, hosts, clusters, deps)) continue;
    ahead.add(nameOf(other));
  }
  return [...ahead].sort();
}

function* recordsOf({ live }: Pick<KindDeps, 'live'>): Generator<[ResourceKey<'Operation'>, OperationRecord]> {
  for (const [key, value] of live.list(keys.record('Operation/'))) {
    const record = asOperationRecord(value);
    if (record) yield [key.slice(keys.records.length) as ResourceKey<'Operation'>, record];
  }
}

interface Ground {
  clusters: readonly string[];
  hosts: readonly string[];
}

function overlap(a: Ground, b: Ground): boolean {
  return a.clusters.some((cluster) => b.clusters.includes(cluster)) || a.hosts.some((host) => b.hosts.includes(host));
}

interface Place {
  /** Sequence of the revision that first held the operation. */
  sequence: number;
  name: string;
}

function standsBefore(a: Place, b: Place): boolean {
  return a.sequence < b.sequence || (a.sequence === b.sequence && a.name < b.name);
}

function nameOf(key: ResourceKey): string {
  return key.slice('Operation/'.length);
}
