import { stringify } from 'yaml';

/** A document of the config repository as text. */
export function document(kind: string, name: string, spec: object, metadata: object = {}): string {
  return stringify({ apiVersion: 'intendant/v1', kind, metadata: { name, ...metadata }, spec });
}

/** A Fleet with short intervals, so that tests do not wait. */
export function fleetDocument(name: string, spec: object = {}): string {
  return document('Fleet', name, {
    status: { window: '200ms' },
    checks: { interval: '2s', failAfter: 2 },
    retryInterval: '500ms',
    ...spec,
  });
}

export function clusterDocument(name: string, spec: object = {}): string {
  return document('Cluster', name, spec);
}

export function hostDocument(name: string, address: string, cluster: string, spec: object = {}): string {
  return document('Host', name, { address, cluster, ...spec });
}

/** A restart of a cluster. */
export function restartDocument(name: string, cluster: string, spec: object = {}): string {
  return document('Operation', name, { type: 'restart', target: { cluster }, timeout: '20s', ...spec });
}
