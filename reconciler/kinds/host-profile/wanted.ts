import type { FamilyName } from '../../hosts/families/family.ts';
import type { WantedFile, WantedHost } from '../../hosts/profile/wanted.ts';
import type { Inventory, Resource } from '../../model/resource.ts';
import { keyOf } from '../../model/resource.ts';
import type { ClusterPart } from './cluster-part.ts';
import { clusterPart, wantedHost } from './cluster-part.ts';
import type { ProfileExtra } from './extra.ts';
import type { Impossible } from './impossible.ts';
import { impossible } from './impossible.ts';
import { renderFile } from './render-file.ts';
import { unmetNeed } from './requirements.ts';
import { resolveProfile } from './resolve.ts';
import type { ClusterScope, ProfileFacts } from './values.ts';
import { hostValues } from './values.ts';

export type WantedAnswer = { wanted: WantedHost } | { impossible: Impossible };

/** What was found for a host last, and from what. */
interface Remembered {
  part: ClusterPart;
  facts: string;
  answer: WantedAnswer;
}

const remembered = new WeakMap<Resource<'Host'>, Remembered>();

/**
 * What a host should have: its cluster's profile, for its family, rendered; or why that cannot be said (codes HOST_UNKNOWN, NO_PROFILE,
 * PROFILE_UNKNOWN, PROFILE_CYCLE, PROFILE_TOO_DEEP, NEED_UNMET, FACTS_UNKNOWN, FAMILY_UNKNOWN, SECRET_MISSING, TEMPLATE_FAILED). Pure,
 * and never throws; asked again with nothing changed it gives the same object.
 */
export function wantedFor(
  hostName: string,
  facts: ProfileFacts | undefined,
  inventory: Pick<Inventory, 'get'>,
  extra: ProfileExtra,
): WantedAnswer {
  const host = inventory.get<'Host'>(keyOf('Host', hostName));
  if (!host) return impossible('HOST_UNKNOWN', `There is no Host \`${hostName}\`.`);
  const scope = scopeOf(host, inventory);
  const name = scope?.cluster.spec.hostProfile;
  if (!scope || name === undefined)
    return impossible('NO_PROFILE', `The cluster of \`${hostName}\` names no HostProfile.`);
  const resolved = resolveProfile(name, inventory);
  if ('impossible' in resolved) return resolved;
  const need = unmetNeed(resolved.profile, scope);
  if (need) return impossible('NEED_UNMET', `${need.message}.`);
  if (!facts) return impossible('FACTS_UNKNOWN', `Nothing is known yet of \`${hostName}\`: it has not been looked at.`);
  if (facts.family === undefined) return unknownFamily(hostName, facts);
  const shared = clusterPart(resolved.profile, facts.family, scope, extra);
  if ('impossible' in shared) return shared;
  if (shared.part.same) return { wanted: shared.part.same };
  return perHost(host, { ...facts, family: facts.family }, shared.part, extra);
}

/** The cluster of a host and what it names; undefined: it belongs to none. */
function scopeOf(host: Resource<'Host'>, inventory: Pick<Inventory, 'get'>): ClusterScope | undefined {
  const { cluster: name } = host.spec;
  const cluster = name === undefined ? undefined : inventory.get<'Cluster'>(keyOf('Cluster', name));
  return cluster && clusterScope(cluster, inventory);
}

/** A cluster with what its templates speak of. */
export function clusterScope(cluster: Resource<'Cluster'>, inventory: Pick<Inventory, 'get'>): ClusterScope {
  const { network, containerManager } = cluster.spec;
  return {
    cluster,
    ...(network !== undefined && { network: inventory.get<'Network'>(keyOf('Network', network)) }),
    ...(containerManager !== undefined && {
      containerManager: inventory.get<'ContainerManager'>(keyOf('ContainerManager', containerManager)),
    }),
  };
}

function perHost(
  host: Resource<'Host'>,
  facts: ProfileFacts & { family: FamilyName },
  part: ClusterPart,
  extra: ProfileExtra,
): WantedAnswer {
  const { os, osVersion, architecture, cpus, memoryKb, family } = facts;
  const key = [os, osVersion, architecture, cpus, memoryKb, family].join('\n');
  const before = remembered.get(host);
  if (before?.part === part && before.facts === key) return before.answer;
  const answer = renderFiles(host, facts, part, extra);
  remembered.set(host, { part, facts: key, answer });
  return answer;
}

function renderFiles(
  host: Resource<'Host'>,
  facts: ProfileFacts,
  part: ClusterPart,
  extra: ProfileExtra,
): WantedAnswer {
  const values = { ...part.values, host: hostValues(host, facts) };
  const files: WantedFile[] = [];
  for (const file of part.files) {
    if (!('item' in file)) {
      files.push(file);
      continue;
    }
    const answer = renderFile(file, values, part.scope, extra);
    if ('impossible' in answer) return answer;
    if (answer.file) files.push(answer.file);
  }
  return { wanted: wantedHost(part.rest, files) };
}

function unknownFamily(host: string, { os }: ProfileFacts): WantedAnswer {
  const system = os === '' ? 'an unknown operating system' : `the operating system \`${os}\``;
  const known =
    'Debian and Ubuntu (apt), Fedora, RHEL and CentOS (dnf, yum), openSUSE (zypper), Alpine (apk), rpm-ostree and bootc';
  return impossible(
    'FAMILY_UNKNOWN',
    `\`${host}\` has ${system}, for which there are no profiles; there are for ${known}.`,
  );
}
