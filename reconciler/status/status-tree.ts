import { splitKey, type ResourceKey } from '../model/resource.ts';
import type { ObjectStatus } from '../model/status.ts';
import { FleetSummary } from './fleet-summary.ts';
import { blobOid } from './git-blob.ts';
import { folderOfKind, hostPath, isKept, objectPath, readPath } from './layout.ts';
import { renderObject } from './render-object.ts';
import { Shards } from './shards.ts';

interface Placed {
  path: string;
  cluster: string | undefined;
  /** The one word at the time, for commit messages. */
  status: string;
}

/** How the word of an object changed. `from` undefined: it is new; `to` undefined: it is gone. */
export interface Transition {
  key: ResourceKey;
  from: string | undefined;
  to: string | undefined;
  /** Why it is not well, where it is not. */
  status: ObjectStatus | undefined;
}

/** Kinds whose folder is ours even while no object of them exists, so that what they left is removed. */
const KNOWN_KINDS = ['Fleet', 'Network', 'ContainerManager', 'HostProfile', 'Operation', 'OperationSchedule'];

/**
 * The tree that the branch should have, kept up to date one object at a time: the path and the blob oid of each object's
 * file. Contents are not kept, they are rendered again when they are pushed.
 */
export class StatusTree {
  readonly summary = new FleetSummary();
  readonly #placed = new Map<ResourceKey, Placed>();
  readonly #oids = new Map<string, string>();
  readonly #keys = new Map<string, ResourceKey>();
  readonly #shards = new Map<string, Shards>();
  readonly #folders = new Set(KNOWN_KINDS.map(folderOfKind));

  /** Path to blob oid of every object's file. */
  get oids(): ReadonlyMap<string, string> {
    return this.#oids;
  }

  /** The object whose file lies at a path. */
  keyAt(path: string): ResourceKey | undefined {
    return this.#keys.get(path);
  }

  /** Where the file of an object lies. */
  pathOf(key: ResourceKey): string | undefined {
    return this.#placed.get(key)?.path;
  }

  /** True for a path that we may write and remove. */
  owns(path: string): boolean {
    return readPath(path, this.#folders) !== undefined;
  }

  /**
   * Takes over the status that an object has now. Adds to `changed` every path whose file is now another, absent, or new:
   * its own, and those of hosts that had to change folder.
   */
  update(key: ResourceKey, status: ObjectStatus | undefined, changed: Set<string>): Transition | undefined {
    const before = this.#placed.get(key);
    this.summary.update(key, status);
    if (!status) {
      if (before) this.#remove(key, before, changed);
      return before && { key, from: before.status, to: undefined, status };
    }
    if (before && before.cluster !== status.cluster) this.#remove(key, before, changed);
    const path = this.#place(key, status, changed);
    const oid = blobOid(contentOf(path, status));
    if (this.#oids.get(path) !== oid) changed.add(path);
    this.#oids.set(path, oid);
    this.#keys.set(path, key);
    this.#placed.set(key, { path, cluster: status.cluster, status: status.status });
    const same = before?.status === status.status;
    return same ? undefined : { key, from: before?.status, to: status.status, status };
  }

  #place(key: ResourceKey, status: ObjectStatus, changed: Set<string>): string {
    const { kind, name } = splitKey(key);
    if (kind !== 'Host') {
      if (kind !== 'Cluster') this.#folders.add(folderOfKind(kind));
      return objectPath(key);
    }
    const shards = this.#shardsOf(status.cluster);
    for (const other of shards.add(name)) if (other !== name) this.#move(other, status.cluster, shards, changed);
    return hostPath(name, status.cluster, shards.folderOf(name)!);
  }

  #remove(key: ResourceKey, placed: Placed, changed: Set<string>): void {
    this.#placed.delete(key);
    this.#keys.delete(placed.path);
    this.#oids.delete(placed.path);
    if (isKept(placed.path)) return;
    changed.add(placed.path);
    const { kind, name } = splitKey(key);
    if (kind !== 'Host') return;
    const shards = this.#shardsOf(placed.cluster);
    for (const other of shards.remove(name)) this.#move(other, placed.cluster, shards, changed);
  }

  /** Another host of the same cluster changes folder: the same blob at another path. */
  #move(name: string, cluster: string | undefined, shards: Shards, changed: Set<string>): void {
    const key: ResourceKey = `Host/${name}`;
    const placed = this.#placed.get(key);
    const path = hostPath(name, cluster, shards.folderOf(name)!);
    if (!placed || placed.path === path) return;
    this.#oids.set(path, this.#oids.get(placed.path)!);
    this.#keys.set(path, key);
    this.#oids.delete(placed.path);
    this.#keys.delete(placed.path);
    changed.add(placed.path).add(path);
    this.#placed.set(key, { ...placed, path });
  }

  #shardsOf(cluster: string | undefined): Shards {
    let shards = this.#shards.get(cluster ?? '');
    if (!shards) {
      shards = new Shards();
      this.#shards.set(cluster ?? '', shards);
    }
    return shards;
  }
}

/** The content of an object's file at a path: the cluster is left out where the folder names it. */
export function contentOf(path: string, status: ObjectStatus): string {
  return renderObject(status, { omitCluster: readPath(path)?.cluster !== undefined });
}
