import type { JsonObject } from '../../model/json.ts';
import type { Resource } from '../../model/resource.ts';
import type { StableFacts } from '../host/record.ts';
import type { ProfileExtra } from './extra.ts';

/** The part of a host's facts that templates see. */
export type ProfileFacts = Pick<StableFacts, 'os' | 'osVersion' | 'architecture' | 'cpus' | 'memoryKb' | 'family'>;

/** The objects that the templates of a cluster's hosts speak of. */
export interface ClusterScope {
  cluster: Resource<'Cluster'>;
  network?: Resource<'Network'>;
  containerManager?: Resource<'ContainerManager'>;
}

/** What all hosts of a cluster have in common, by the names of the table of template variables. What there is not is left out. */
export function clusterValues(
  { cluster, network, containerManager }: ClusterScope,
  variables: Readonly<Record<string, string>>,
  { fleet, etcd }: ProfileExtra,
): JsonObject {
  return {
    fleet: { name: fleet },
    cluster: { name: cluster.metadata.name },
    ...(network && {
      network: {
        name: network.metadata.name,
        type: network.spec.type ?? 'flannel_etcd',
        options: { ...network.spec.options },
      },
    }),
    ...(containerManager && { containerManager: managerValues(containerManager) }),
    ...(etcd && {
      etcd: {
        endpoints: [...etcd.endpoints],
        ca: etcd.ca !== undefined,
        clientCertificate: etcd.clientCertificate !== undefined,
      },
    }),
    vars: { ...variables },
  };
}

/** Where the credentials are is said, what they are never is. */
function managerValues({ metadata, spec }: Resource<'ContainerManager'>): JsonObject {
  return {
    name: metadata.name,
    type: spec.type,
    ...(spec.server !== undefined && { server: spec.server }),
    credentials: spec.tokenFrom ? 'token' : spec.clientCertificateFrom ? 'certificate' : 'none',
    ca: spec.caFile !== undefined,
  };
}

/** What one host is. Labels are sorted, so that a loop over them gives the same however they are written. */
export function hostValues({ metadata, spec }: Resource<'Host'>, facts: ProfileFacts): JsonObject {
  const labels = Object.entries(metadata.labels ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    name: metadata.name,
    address: spec.address,
    labels: Object.fromEntries(labels),
    os: facts.os,
    osVersion: facts.osVersion,
    architecture: facts.architecture,
    cpus: facts.cpus,
    memoryKb: facts.memoryKb,
    ...(facts.family !== undefined && { family: facts.family }),
  };
}
