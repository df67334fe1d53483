import type { HostProfileSpec } from '../../../schema/generated/types.ts';
import type { Inventory } from '../../model/resource.ts';
import { keyOf } from '../../model/resource.ts';
import { BUILT_IN } from './built-in/index.ts';

/** The name of the profile that a host has, which is its cluster's; undefined = none. */
export function profileOf(host: string, inventory: Inventory): string | undefined {
  const cluster = inventory.get<'Host'>(keyOf('Host', host))?.spec.cluster;
  return cluster === undefined ? undefined : profileOfCluster(cluster, inventory);
}

/** The name of the profile that the hosts of a cluster have; undefined = none. */
export function profileOfCluster(cluster: string, inventory: Inventory): string | undefined {
  return inventory.get<'Cluster'>(keyOf('Cluster', cluster))?.spec.hostProfile;
}

/** Whether what drifts on the hosts of a cluster is put right by itself. */
export function selfHealsIn(cluster: string, inventory: Inventory): boolean {
  const name = profileOfCluster(cluster, inventory);
  return name !== undefined && profileSpec(name, inventory)?.selfHeal === true;
}

/** Where profiles and clusters are looked up. */
export type ProfileSource = Pick<Inventory, 'get'>;

/** What a profile says: its document, else what is built in under that name. */
export function profileSpec(name: string, source: ProfileSource): HostProfileSpec | undefined {
  const document = source.get<'HostProfile'>(keyOf('HostProfile', name));
  return document?.spec ?? (Object.hasOwn(BUILT_IN, name) ? BUILT_IN[name as keyof typeof BUILT_IN] : undefined);
}
