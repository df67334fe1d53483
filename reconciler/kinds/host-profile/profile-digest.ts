import { digestOf } from '../../model/digest.ts';
import type { Inventory } from '../../model/resource.ts';
import { keyOf } from '../../model/resource.ts';
import { resolveProfile } from './resolve.ts';
import { clusterScope } from './wanted.ts';

/**
 * What the profile of a cluster says, not rendered, together with the Network and the ContainerManager that it may speak of: another
 * digest means that its hosts may have to have something else. Undefined: the cluster has no profile, or one that cannot be made out.
 */
export function profileDigest(cluster: string, inventory: Pick<Inventory, 'get'>): string | undefined {
  const resource = inventory.get<'Cluster'>(keyOf('Cluster', cluster));
  const name = resource?.spec.hostProfile;
  if (!resource || name === undefined) return undefined;
  const resolved = resolveProfile(name, inventory);
  if ('impossible' in resolved) return undefined;
  const { network, containerManager } = clusterScope(resource, inventory);
  return digestOf([cluster, resolved.profile.digest, network?.digest ?? '', containerManager?.digest ?? '']);
}
