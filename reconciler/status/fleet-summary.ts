import { splitKey, type ResourceKey } from '../model/resource.ts';
import type { ObjectStatus } from '../model/status.ts';
import { isUnfinished, troubleOf } from './wellness.ts';

/**
 * What README.md is rendered from, kept up to date one object at a time, so that a change of one host among 10,000 costs
 * the same as among ten. Holds the clusters, what is not well and what is unfinished; the many that are well are not in it.
 */
export class FleetSummary {
  readonly clusters = new Map<string, ObjectStatus>();
  readonly unwell = new Map<ResourceKey, ObjectStatus>();
  readonly unfinished = new Map<ResourceKey, ObjectStatus>();

  /** Takes over the status that an object has now; undefined = it is gone. */
  update(key: ResourceKey, status: ObjectStatus | undefined): void {
    const { kind, name } = splitKey(key);
    if (kind === 'Cluster') return place(this.clusters, name, status);
    place(this.unwell, key, status && troubleOf(status) ? status : undefined);
    if (kind === 'Operation') place(this.unfinished, key, status && isUnfinished(status) ? status : undefined);
  }
}

function place<K>(map: Map<K, ObjectStatus>, key: K, status: ObjectStatus | undefined): void {
  if (status) map.set(key, status);
  else map.delete(key);
}
