import { keyOf, type Resource } from '../../model/resource.ts';
import { keys } from '../../store/keys.ts';
import { asClusterRecord } from '../cluster/apply-record.ts';
import type { KindDeps } from '../context.ts';
import { profileDigest } from '../host-profile/profile-digest.ts';
import { selfHealsIn } from '../host-profile/profile-of.ts';
import type { Joining } from './join.ts';

/** What a host needs, beside answering, to be `active`: read from the repository and from what its cluster remembers. */
export function readJoining(
  resource: Resource<'Host'> | undefined,
  deps: Pick<KindDeps, 'inventory' | 'live'>,
): Joining {
  const name = resource?.spec.cluster;
  const inventory = deps.inventory();
  const cluster = name === undefined ? undefined : inventory.get(keyOf('Cluster', name));
  if (!resource || !cluster) return {};
  const profile = profileDigest(cluster.metadata.name, inventory);
  const record = asClusterRecord(deps.live.get(keys.record(keyOf('Cluster', cluster.metadata.name))));
  const failure = record?.failed[resource.metadata.name];
  const manager = cluster.spec.containerManager;
  const type = manager === undefined ? undefined : inventory.get(keyOf('ContainerManager', manager))?.spec.type;
  return {
    ...(profile === undefined ? {} : { profile, selfHeal: selfHealsIn(cluster.metadata.name, inventory) }),
    ...(failure ? { failure } : {}),
    ...(manager === undefined || type === 'trivial' ? {} : { unmanaged: unmanagedBy(manager, type) }),
  };
}

/** A manager that this build cannot ask does not have the host, as far as anybody can tell. */
function unmanagedBy(manager: string, type: string | undefined): NonNullable<Joining['unmanaged']> {
  if (type === undefined)
    return { reason: 'ManagerUnknown', message: `container manager ${manager} is not in the repository` };
  return {
    reason: 'ManagerNotSupported',
    message: `container manager ${manager} is of type ${type}, which this version does not register hosts with`,
  };
}
