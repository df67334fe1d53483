import type { Inventory, Resource, ResourceKey } from '../../model/resource.ts';
import type { Pace, Turns } from '../../model/turns.ts';
import type { CrossCheckView, CrossFinding } from '../../source/inventory/cross-check.ts';
import { checkDocument } from './check-document.ts';
import { checkResolved } from './check-resolved.ts';
import type { ProfileSource } from './profile-of.ts';
import { profileSpec } from './profile-of.ts';
import { unmetNeed } from './requirements.ts';
import { MOST_LEVELS, resolveProfile } from './resolve.ts';
import { clusterScope } from './wanted.ts';

/** What does not fit in profiles, and in clusters that use them. Most of it is worked out once for each version of a profile. */
export function* checkProfiles({ resources }: CrossCheckView, pace: Pace): Turns<CrossFinding[]> {
  const source = { get: (key: ResourceKey) => resources.get(key) } as Pick<Inventory, 'get'>;
  const findings: CrossFinding[] = [];
  for (const [key, resource] of resources) {
    if (pace.isOver()) yield;
    if (resource.kind === 'HostProfile')
      findings.push(...checkProfile(key, resource as Resource<'HostProfile'>, source));
    if (resource.kind === 'Cluster') findings.push(...checkCluster(key, resource as Resource<'Cluster'>, source));
  }
  return findings;
}

function checkProfile(
  key: ResourceKey,
  { metadata, spec }: Resource<'HostProfile'>,
  source: ProfileSource,
): CrossFinding[] {
  const own = checkDocument(spec).map((finding) => ({ ...finding, key }));
  const cycle = cycleOf(metadata.name, source);
  if (cycle) {
    const message = `it extends itself: ${cycle.join(' → ')}`;
    return [...own, { key, code: 'profile-cycle', message, pointer: '/spec/extends' }];
  }
  const resolved = resolveProfile(metadata.name, source);
  if ('profile' in resolved)
    return [...own, ...checkResolved(resolved.profile).map((finding) => ({ ...finding, key }))];
  // An unknown name, and a cycle of others, are said where they stand.
  if (resolved.impossible.code !== 'PROFILE_TOO_DEEP') return own;
  const message = 'too many profiles extend one another in a row: leave some out';
  return [...own, { key, code: 'too-deep', message, pointer: '/spec/extends' }];
}

function checkCluster(key: ResourceKey, cluster: Resource<'Cluster'>, source: Pick<Inventory, 'get'>): CrossFinding[] {
  const name = cluster.spec.hostProfile;
  const resolved = name === undefined ? undefined : resolveProfile(name, source);
  if (!resolved || 'impossible' in resolved) return [];
  const need = unmetNeed(resolved.profile, clusterScope(cluster, source));
  return need ? [{ key, code: 'missing-need', ...need }] : [];
}

/** The way from a profile over what it extends back to itself, undefined = there is none. */
function cycleOf(name: string, source: ProfileSource): string[] | undefined {
  const seen = new Set<string>();
  const ways: string[][] = [[name]];
  for (let way = ways.pop(); way; way = ways.pop()) {
    if (way.length > MOST_LEVELS) continue;
    for (const base of profileSpec(way.at(-1)!, source)?.extends ?? []) {
      if (base === name) return [...way, name];
      if (seen.has(base)) continue;
      seen.add(base);
      ways.push([...way, base]);
    }
  }
  return undefined;
}
