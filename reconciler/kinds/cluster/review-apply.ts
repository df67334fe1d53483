import { planChanges } from '../../hosts/profile/plan-changes.ts';
import { seenAs } from '../../hosts/profile/seen-as.ts';
import { NOTHING_WANTED, type WantedHost } from '../../hosts/profile/wanted.ts';
import { API_VERSION } from '../../../schema/registry.ts';
import type { Json } from '../../model/json.ts';
import { keyOf, type Inventory, type Resource } from '../../model/resource.ts';
import { Sensitive } from '../../model/sensitive.ts';
import type { ObjectStatus } from '../../model/status.ts';
import { isOver } from '../../rollout/freeze.ts';
import { resolveQuantity } from '../../rollout/quantity.ts';
import type { ProfileExtra } from '../host-profile/extra.ts';
import { profileDigest } from '../host-profile/profile-digest.ts';
import { profileOf, selfHealsIn } from '../host-profile/profile-of.ts';
import type { ProfileFacts } from '../host-profile/values.ts';
import { wantedFor } from '../host-profile/wanted.ts';
import { isRemoval, NO_PROFILE, tellChange, type ProfileDetail, type ProfileWord } from '../host/profile-state.ts';
import { isAnswering } from '../host/words.ts';
import { fleetSpec } from '../fleet/spec.ts';
import { reviewOperation, type OperationReview } from '../operation/review.ts';
import { decideApply, type ApplyMember } from './decide-apply.ts';

/** What a cluster would apply to its hosts because of their profile. */
export interface ApplyReview {
  cluster: string;
  /** What would be started, planned as any operation; its name gets a number when it is. */
  operations: OperationReview[];
  /** What would change, by the hosts on which it is the same. */
  differences: Difference[];
  /** Hosts that have all of their profile. */
  even: number;
  warnings: string[];
}

export interface Difference {
  hosts: string[];
  /** `file /etc/motd: replace (content)`, a line each. */
  changes: string[];
}

interface Reviewed {
  member: ApplyMember;
  changes: string[];
  note?: string;
}

/** What stands for the daemon's secrets and its etcd, which no plan reads: they are the same on both sides of a comparison. */
const UNREAD = new Sensitive('');
const EXTRA: ProfileExtra = {
  fleet: '(fleet)',
  etcd: { endpoints: ['(etcd)'], ca: UNREAD, clientCertificate: UNREAD, clientKey: UNREAD },
  containerManager: { ca: UNREAD, clientCertificate: UNREAD, clientKey: UNREAD, token: UNREAD },
};

/**
 * What the profile of each cluster would do to its hosts, from the repository and what is known of them, with the functions that the
 * daemon decides by. No host is asked. Pure.
 *
 * @param accepted the repository that is in effect; without it a changed profile is told, and not what of it.
 */
export function reviewApply(
  desired: Inventory,
  accepted: Inventory | undefined,
  statusOf: (key: string) => ObjectStatus | undefined,
  nowMs: number,
): ApplyReview[] {
  return desired.keys('Cluster').flatMap((key) => {
    const cluster = desired.get(key) as Resource<'Cluster'>;
    const hosts = desired
      .dependents(key)
      .filter((dependent) => dependent.startsWith('Host/'))
      .map((host) => desired.get(host) as Resource<'Host'>);
    // Without a profile there is still to be removed what an earlier one brought.
    const concerned =
      cluster.spec.hostProfile !== undefined ||
      hosts.some(({ metadata }) => statusOf(keyOf('Host', metadata.name))?.detail.profile !== undefined);
    return concerned ? [reviewCluster(cluster, hosts, desired, accepted, statusOf, nowMs)] : [];
  });
}

function reviewCluster(
  { metadata: { name }, spec }: Resource<'Cluster'>,
  hosts: readonly Resource<'Host'>[],
  desired: Inventory,
  accepted: Inventory | undefined,
  statusOf: (key: string) => ObjectStatus | undefined,
  nowMs: number,
): ApplyReview {
  const reviewed = hosts.map((host) =>
    reviewHost(host, desired, accepted, statusOf(keyOf('Host', host.metadata.name)), nowMs),
  );
  const fleet = fleetSpec(desired);
  const { operations, held } = decideApply({
    cluster: name,
    profile: profileDigest(name, desired) ?? NO_PROFILE,
    selfHeal: selfHealsIn(name, desired),
    members: reviewed.map(({ member }) => member),
    record: undefined,
    started: () => ({ outcomes: {} }),
    isTaken: () => false,
    rollout: spec.rollout,
    pruneLimit: resolveQuantity(fleet?.pruneGuard ?? '10%', hosts.length),
    commit: '',
    nowMs,
  });
  return {
    cluster: name,
    operations: operations.map((wish) => reviewOperation(asResource(wish), desired, statusOf, nowMs)),
    differences: groupAlike(reviewed),
    even: reviewed.filter(({ member }) => member.word === 'even').length,
    warnings: [
      ...(spec.hostProfile === undefined
        ? ['the cluster has no hostProfile any more: what its profile brought is removed']
        : []),
      ...(held ? [held.message.replace(/; if that is meant.*$/, '; they will wait for confirmPrune')] : []),
      ...reviewed.flatMap(({ note }) => note ?? []),
    ],
  };
}

function asResource({ name, spec }: { name: string; spec: Json | undefined }): Resource<'Operation'> {
  return {
    apiVersion: API_VERSION,
    kind: 'Operation',
    // Only when it is started it is known which number it gets.
    metadata: { name: name.replace(/-\d+$/, '') },
    spec: spec as unknown as Resource<'Operation'>['spec'],
    origin: { oid: '', file: '', line: 0 },
    digest: '',
  };
}

function reviewHost(
  host: Resource<'Host'>,
  desired: Inventory,
  accepted: Inventory | undefined,
  status: ObjectStatus | undefined,
  nowMs: number,
): Reviewed {
  const { name } = host.metadata;
  const { maintenance } = host.spec;
  const resting = maintenance !== undefined && !isOver(maintenance.until, nowMs);
  // One that nobody has looked at yet is going to be.
  const usable =
    !resting &&
    (status === undefined ||
      status.status === 'investigating' ||
      status.status === 'failed' ||
      isAnswering(status.status));
  const told = (word: ProfileWord, changes: string[], removals = 0): Reviewed => ({
    member: { name, word, usable, removals },
    changes,
  });
  const isBare = profileOf(name, desired) === undefined;
  const facts = status?.detail.facts as unknown as ProfileFacts | undefined;
  const detail = status?.detail.profile as unknown as ProfileDetail | undefined;
  if (isBare && (!facts || !detail)) return told('none', []);
  if (!facts) return told('fresh', ['all of the profile, once the host has been looked at']);
  const wanted = isBare ? { wanted: NOTHING_WANTED } : wantedFor(name, facts, desired, EXTRA);
  if ('impossible' in wanted) return { ...told('impossible', []), note: wanted.impossible.message };
  if (!detail || (!isBare && detail.applied === undefined && detail.settled === undefined))
    return told('fresh', itemsOf(wanted.wanted));
  const before = accepted && wantedFor(name, facts, accepted, EXTRA);
  if (!before || 'impossible' in before) {
    if (detail.digest === (profileDigest(host.spec.cluster!, desired) ?? NO_PROFILE))
      return told(wordOf(detail), detail.changes ?? [], detail.removals);
    return isBare
      ? told('behind', ['what its profile brought: remove'], 1)
      : told('behind', ['the profile has changed'], 0);
  }
  if (before.wanted.digest === wanted.wanted.digest) return told(wordOf(detail), detail.changes ?? [], detail.removals);
  const changes = planChanges(wanted.wanted, seenAs(before.wanted));
  return told('behind', changes.map(tellChange), changes.filter(isRemoval).length);
}

function wordOf({ total, applied, settled, wanted }: ProfileDetail): ProfileWord {
  if (total === 0) return 'even';
  return (applied ?? settled) === wanted ? 'drifted' : 'behind';
}

/** All that a bare host would get. */
function itemsOf({ repositories, packages, files, commands, services }: WantedHost): string[] {
  return [
    ...repositories.map(({ path }) => `repository ${path}`),
    ...packages.map((name) => `package ${name}`),
    ...files.map(({ path }) => `file ${path}`),
    ...commands.map(({ name }) => `command ${name}`),
    ...services.map(({ name }) => `service ${name}`),
  ];
}

function groupAlike(reviewed: readonly Reviewed[]): Difference[] {
  const groups = new Map<string, Difference>();
  for (const { member, changes } of reviewed) {
    if (changes.length === 0) continue;
    const key = changes.join('\n');
    const group = groups.get(key) ?? { hosts: [], changes };
    group.hosts.push(member.name);
    groups.set(key, group);
  }
  return [...groups.values()];
}
