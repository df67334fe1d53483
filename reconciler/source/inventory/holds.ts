import { hasOwnerField } from '../../../schema/references.ts';
import { kindDefinition } from '../../../schema/registry.ts';
import type { Resource, ResourceKey } from '../../model/resource.ts';
import { splitKey } from '../../model/resource.ts';
import type { Pace, Turns } from '../../model/turns.ts';
import type { DocumentTable } from './document-table.ts';
import type { CommitInventory } from './inventory.ts';
import { ownersOf, referenceKey, resourceKey, resourceReferences } from './resource-references.ts';

/**
 * What is held back at its last good version. The unit is the cluster; an object that belongs to none is a unit of its
 * own, named by its key.
 */
export class Holds {
  /** Nothing of the commit is taken. */
  all = false;
  readonly units = new Set<string>();
  readonly keys = new Set<ResourceKey>();
  readonly #table: DocumentTable;
  readonly #last: CommitInventory;
  #lastByFile: Map<string, ResourceKey[]> | undefined;

  constructor(table: DocumentTable, last: CommitInventory) {
    this.#table = table;
    this.#last = last;
  }

  /** Both versions of an object: the last good one, and those that stand in the repository now. */
  versions(key: ResourceKey): Resource[] {
    const last = this.#last.get(key);
    const now = this.#table.placements(key).map(({ resource }) => resource);
    return last ? [last, ...now] : now;
  }

  /** The clusters that an object belongs to, by its last good version or by what it says now; sorted. */
  owners(key: ResourceKey): string[] {
    const owners = this.versions(key).flatMap((version) => this.#ownersOf(version));
    return [...new Set(owners)].sort();
  }

  /**
   * A document that cannot be taken: holds its clusters. One that may belong to a cluster but does not say to which holds
   * all; one of a kind without clusters holds those that refer to it. Gives the first cluster held, undefined = all.
   */
  holdDocument(key: ResourceKey, path: string): string | undefined {
    const { kind } = splitKey(key);
    if (kind === 'Fleet') return this.holdAll();
    if (!kindDefinition(kind)) return this.holdFile(path);
    const owners = this.owners(key);
    if (owners.length === 0 && hasOwnerField(kind) && this.#isUnplaced(key)) return this.holdAll();
    this.keys.add(key);
    const clusters = owners.length > 0 ? owners : this.#ownersOfDependents(key);
    for (const cluster of clusters) this.units.add(cluster);
    if (owners.length === 0) this.units.add(key);
    return clusters[0];
  }

  /** Something unreadable in a file: holds what was last read from it and stands nowhere now; all, when that is nothing. */
  holdFile(path: string): string | undefined {
    const orphans = this.holdOrphans(path);
    if (orphans.length === 0) return this.holdAll();
    return orphans.flatMap((key) => this.owners(key))[0];
  }

  /** Objects that were last read from this file and stand nowhere now: they may be what cannot be read. */
  holdOrphans(path: string): ResourceKey[] {
    const orphans = this.#lastOf(path)
      .filter((key) => this.#table.placements(key).length === 0)
      .sort();
    for (const key of orphans) this.holdDocument(key, path);
    return orphans;
  }

  holdAll(): undefined {
    this.all = true;
    return undefined;
  }

  /** Holds every object of a held cluster, and every object that refers to one. */
  *spread(pace: Pace): Turns<void> {
    if (this.all || this.units.size === 0) return;
    for (const [key, resource] of this.#last.resources()) {
      if (pace.isOver()) yield;
      if (this.#concernsHeld(resource)) this.keys.add(key);
    }
    for (const [key, placements] of this.#table.entries()) {
      if (pace.isOver()) yield;
      if (placements.some(({ resource }) => this.#concernsHeld(resource))) this.keys.add(key);
    }
  }

  #concernsHeld(version: Resource): boolean {
    if (this.#ownersOf(version).some((cluster) => this.units.has(cluster))) return true;
    return resourceReferences(version).some(({ kind, name }) => kind === 'Cluster' && this.units.has(name));
  }

  #ownersOf(version: Resource): readonly string[] {
    return ownersOf(version, (key) => this.#last.get(key) ?? this.#table.placements(key)[0]?.resource);
  }

  #ownersOfDependents(key: ResourceKey): string[] {
    const dependents = new Set(this.#last.dependents(key));
    for (const [other, placements] of this.#table.entries()) {
      const refers = placements.some(({ resource }) =>
        resourceReferences(resource).some((reference) => referenceKey(reference) === key),
      );
      if (refers) dependents.add(other);
    }
    return [...new Set([...dependents].flatMap((dependent) => this.owners(dependent)))].sort();
  }

  /** Never good, and what it says now cannot be trusted: its cluster is unknown. */
  #isUnplaced(key: ResourceKey): boolean {
    return !this.#last.get(key) && this.#table.placements(key).some(({ document }) => !document.valid);
  }

  #lastOf(path: string): readonly ResourceKey[] {
    if (!this.#lastByFile) {
      this.#lastByFile = new Map();
      for (const resource of this.#last.resources().values()) {
        const keys = this.#lastByFile.get(resource.origin.file);
        if (keys) keys.push(resourceKey(resource));
        else this.#lastByFile.set(resource.origin.file, [resourceKey(resource)]);
      }
    }
    return this.#lastByFile.get(path) ?? [];
  }
}
