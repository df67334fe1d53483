import { keyOf, type Resource } from '../../model/resource.ts';
import type { ObjectStatus } from '../../model/status.ts';
import { resolveQuantity } from '../../rollout/quantity.ts';
import { keys } from '../../store/keys.ts';
import type { KindDeps } from '../context.ts';
import { profileDigest } from '../host-profile/profile-digest.ts';
import { selfHealsIn } from '../host-profile/profile-of.ts';
import { fleetSpec } from '../fleet/spec.ts';
import { NO_PROFILE, profileWord } from '../host/profile-state.ts';
import { asHostRecord } from '../host/record.ts';
import { asOperationRecord } from '../operation/record.ts';
import { asClusterRecord, type ClusterRecord } from './apply-record.ts';
import type { ApplyInput, ApplyMember, StartedOperation } from './decide-apply.ts';

/** A host of the cluster, as its status says. */
export interface Member {
  name: string;
  status: string;
  maintenance: boolean;
}

/** What is decided on, but for what the context says. Undefined: the cluster has no profile and never had one. */
export type ApplyObserved = Omit<ApplyInput, 'commit' | 'nowMs'>;

export function observeApply(
  { metadata, spec }: Resource<'Cluster'>,
  members: readonly Member[],
  deps: KindDeps,
): ApplyObserved | undefined {
  const key = keyOf('Cluster', metadata.name);
  const inventory = deps.inventory();
  const record = asClusterRecord(deps.live.get(keys.record(key)));
  const profile = profileDigest(metadata.name, inventory);
  if (profile === undefined && !record && !members.some(({ name }) => readState(name, deps))) return undefined;
  const fleet = fleetSpec(inventory);
  const stale = staleHosts(record, deps);
  return {
    cluster: metadata.name,
    profile: profile ?? NO_PROFILE,
    selfHeal: selfHealsIn(metadata.name, inventory),
    members: members.map((member) => memberOf(member, profile, stale, deps)),
    record,
    started: (operation) => readStarted(operation, deps),
    isTaken: (operation) =>
      deps.live.get(keys.record(keyOf('Operation', operation))) !== undefined ||
      inventory.get(keyOf('Operation', operation)) !== undefined,
    rollout: spec.rollout,
    pruneLimit: resolveQuantity(fleet?.pruneGuard ?? '10%', members.length),
    confirmed: fleet?.confirmPrune,
  };
}

function readState(name: string, deps: KindDeps): ReturnType<typeof asHostRecord> | undefined {
  const record = asHostRecord(deps.live.get(keys.record(keyOf('Host', name))));
  return record?.profile && record;
}

function memberOf(
  { name, maintenance }: Member,
  profile: string | undefined,
  stale: ReadonlySet<string>,
  deps: KindDeps,
): ApplyMember {
  const record = asHostRecord(deps.live.get(keys.record(keyOf('Host', name))));
  const known = deps.lastCompared.has(name) && !stale.has(name);
  return {
    name,
    word: known || record?.profile === undefined ? profileWord(record?.profile, profile) : 'unknown',
    // One that was never looked at is going to be: it joins the others.
    usable: record?.failure === undefined && !maintenance,
    removals: record?.profile?.removals ?? 0,
  };
}

/** Hosts of the operations that have ended, which nobody has compared since. */
function staleHosts(record: ClusterRecord | undefined, deps: KindDeps): Set<string> {
  const stale = new Set<string>();
  const names = [record?.ended, ...Object.values(record?.groups ?? {}).map(({ operation }) => operation)];
  for (const name of names) {
    if (name === undefined) continue;
    const operation = asOperationRecord(deps.live.get(keys.record(keyOf('Operation', name))));
    if (operation?.finishedAt === undefined) continue;
    const ended = Date.parse(operation.finishedAt);
    for (const host of operation.frozen?.hosts ?? []) {
      if ((deps.lastCompared.get(host) ?? -Infinity) < ended) stale.add(host);
    }
  }
  return stale;
}

function readStarted(name: string, deps: KindDeps): StartedOperation {
  const key = keyOf('Operation', name);
  const status = deps.live.get(keys.object(key)) as unknown as ObjectStatus | undefined;
  return {
    phase: asOperationRecord(deps.live.get(keys.record(key)))?.phase,
    outcomes: (status?.detail.outcomes ?? {}) as unknown as StartedOperation['outcomes'],
  };
}
