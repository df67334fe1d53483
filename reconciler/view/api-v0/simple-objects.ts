import type { ContainerManagerSpec, NetworkSpec } from '../../../schema/generated/types.ts';
import { keyOf, type Kind } from '../../model/resource.ts';
import type { ViewContext } from '../http/context.ts';
import { statusWord, type KnownHost } from './host-object.ts';
import type { ContainerManagerObject, HostStatusObject, NetworkObject } from './shapes.ts';

type Reading = Pick<ViewContext, 'desired'>;

/** Names of the objects of a kind in the repository, sorted. */
export function namesOfKind(kind: Kind, { desired: { inventory } }: Reading): string[] {
  return inventory.keys(kind).map((key) => key.slice(kind.length + 1));
}

/** Undefined: there is no such network. */
export function networkObject(name: string, { desired: { inventory } }: Reading): NetworkObject | undefined {
  const resource = inventory.get(keyOf('Network', name));
  if (!resource) return undefined;
  const { type = 'flannel_etcd', options = {} }: NetworkSpec = resource.spec;
  return { name, type, options: { ...options } };
}

/** Undefined: there is no such container manager. */
export function managerObject(name: string, { desired: { inventory } }: Reading): ContainerManagerObject | undefined {
  const spec: ContainerManagerSpec | undefined = inventory.get(keyOf('ContainerManager', name))?.spec;
  if (!spec) return undefined;
  const server = spec.server === undefined ? undefined : withoutUser(spec.server);
  return { name, type: spec.type, options: server === undefined ? {} : { server_url: server } };
}

/** A host's status with what its container manager says of it: its answer, and no envelope around it. */
export function hostStatusObject(
  host: KnownHost,
  last_check: string,
  { desired: { inventory } }: Reading,
): HostStatusObject {
  const cluster = host.cluster === undefined ? undefined : inventory.get(keyOf('Cluster', host.cluster))?.spec;
  const manager = cluster?.containerManager;
  const type = manager === undefined ? undefined : inventory.get(keyOf('ContainerManager', manager))?.spec.type;
  const status = statusWord(host);
  // `trivial` is the only manager that this build speaks to: it has every host that has joined, and all is well with them.
  const registered = type === 'trivial' && status === 'active';
  return {
    type: 'host_only',
    host: { last_check, status },
    container_manager: registered ? { node: host.address, status: 'ok' } : {},
  };
}

/** The schema refuses passwords in it; a name may be a token all the same. */
function withoutUser(server: string): string | undefined {
  if (!URL.canParse(server)) return undefined;
  const url = new URL(server);
  url.username = '';
  url.password = '';
  return url.href.replace(/\/$/, '');
}
