import { digestOf } from '../../model/digest.ts';
import type { Inventory, Kind, Resource, ResourceKey } from '../../model/resource.ts';
import { splitKey } from '../../model/resource.ts';
import type { Pace, Turns } from '../../model/turns.ts';
import { referenceKey, resourceReferences } from './resource-references.ts';

type Resources = ReadonlyMap<ResourceKey, Resource>;

/** The inventory of one commit. Made from the one before: what did not change is shared. */
export class CommitInventory implements Inventory {
  static readonly EMPTY = new CommitInventory('', new Map(), new Map());

  readonly commit: string;
  readonly #resources: Resources;
  readonly #dependents: ReadonlyMap<ResourceKey, ReadonlySet<ResourceKey>>;
  readonly #sorted = new Map<Kind | undefined, readonly ResourceKey[]>();
  #digest: string | undefined;

  private constructor(
    commit: string,
    resources: Resources,
    dependents: ReadonlyMap<ResourceKey, ReadonlySet<ResourceKey>>,
  ) {
    this.commit = commit;
    this.#resources = resources;
    this.#dependents = dependents;
  }

  /** The inventory of `commit` with these resources, and the keys whose resource came, went or says something else. */
  *next(
    commit: string,
    resources: Resources,
    pace: Pace,
  ): Turns<{ inventory: CommitInventory; changed: ResourceKey[] }> {
    const changed: ResourceKey[] = [];
    for (const [key, resource] of resources) {
      if (pace.isOver()) yield;
      const before = this.#resources.get(key);
      if (before !== resource && before?.digest !== resource.digest) changed.push(key);
    }
    for (const key of this.#resources.keys()) if (!resources.has(key)) changed.push(key);
    const dependents = changed.length === 0 ? this.#dependents : yield* this.#newDependents(resources, changed, pace);
    return { inventory: new CommitInventory(commit, resources, dependents), changed: changed.sort() };
  }

  get digest(): string {
    this.#digest ??= digestOf(this.keys().map((key) => [key, this.#resources.get(key)!.digest]));
    return this.#digest;
  }

  get<K extends Kind>(key: ResourceKey<K>): Resource<K> | undefined {
    return this.#resources.get(key) as Resource<K> | undefined;
  }

  keys(kind?: Kind): readonly ResourceKey[] {
    let sorted = this.#sorted.get(kind);
    if (!sorted) {
      const all = [...this.#resources.keys()];
      sorted = (kind === undefined ? all : all.filter((key) => splitKey(key).kind === kind)).sort();
      this.#sorted.set(kind, sorted);
    }
    return sorted;
  }

  dependents(key: ResourceKey): readonly ResourceKey[] {
    return [...(this.#dependents.get(key) ?? [])].sort();
  }

  /** All resources, in no particular order. */
  resources(): Resources {
    return this.#resources;
  }

  *#newDependents(
    resources: Resources,
    changed: readonly ResourceKey[],
    pace: Pace,
  ): Turns<Map<ResourceKey, ReadonlySet<ResourceKey>>> {
    const dependents = new Map(this.#dependents);
    // Sets are shared with the inventory before until they change.
    const own = new Map<ResourceKey, Set<ResourceKey>>();
    const ownSet = (key: ResourceKey): Set<ResourceKey> => {
      let set = own.get(key);
      if (!set) {
        set = new Set(dependents.get(key));
        own.set(key, set);
        dependents.set(key, set);
      }
      return set;
    };
    for (const key of changed) {
      if (pace.isOver()) yield;
      const before = this.#resources.get(key);
      const after = resources.get(key);
      for (const reference of before ? resourceReferences(before) : []) ownSet(referenceKey(reference)).delete(key);
      for (const reference of after ? resourceReferences(after) : []) ownSet(referenceKey(reference)).add(key);
    }
    for (const [key, set] of own) if (set.size === 0) dependents.delete(key);
    return dependents;
  }
}
