import type { WantedHost } from '../../hosts/profile/wanted.ts';
import { keyOf } from '../../model/resource.ts';
import type { KindDeps } from '../context.ts';
import { NO_PROFILE } from '../host/profile-state.ts';
import type { Impossible } from './impossible.ts';
import { profileDigest } from './profile-digest.ts';
import type { ProfileFacts } from './values.ts';
import { clusterScope, wantedFor } from './wanted.ts';

/** What the profile of its cluster wants of a host. Undefined: it has no profile. */
export async function wantedOf(
  name: string,
  facts: ProfileFacts,
  deps: Pick<KindDeps, 'inventory' | 'profileExtra'>,
): Promise<{ profile: string; wanted: WantedHost } | { profile: string; impossible: Impossible } | undefined> {
  const inventory = deps.inventory();
  const host = inventory.get<'Host'>(keyOf('Host', name));
  const cluster =
    host?.spec.cluster === undefined ? undefined : inventory.get<'Cluster'>(keyOf('Cluster', host.spec.cluster));
  if (cluster?.spec.hostProfile === undefined) return undefined;
  // A profile that cannot be made out is not one that wants nothing: whoever asks is told why.
  const profile = profileDigest(cluster.metadata.name, inventory) ?? NO_PROFILE;
  const extra = await deps.profileExtra(clusterScope(cluster, inventory).containerManager);
  return { profile, ...wantedFor(name, facts, inventory, extra) };
}
