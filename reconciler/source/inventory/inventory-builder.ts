import type { Diagnostic } from '../../model/diagnostic.ts';
import type { Inventory, ResourceKey } from '../../model/resource.ts';
import { keyOf } from '../../model/resource.ts';
import type { TableChange } from './document-table.ts';
import { DocumentTable } from './document-table.ts';
import { CommitInventory } from './inventory.ts';
import { ownersOf } from './resource-references.ts';
import { judge } from './validity.ts';

export interface InventoryChange extends TableChange {
  commit: string;
}

export interface InventoryResult {
  /** What is in force at the commit: new where it is valid, the last good version where it is held. */
  inventory: Inventory;
  /** Everything that is wrong with the repository at the commit, sorted by place. */
  diagnostics: Diagnostic[];
  /**
   * What is held back, with the last commit that was good for it (empty: none was): a cluster by its name, an object
   * without cluster by its key, and `*` when all is held.
   */
  held: ReadonlyMap<string, string>;
  /** To look at again: what changed, its dependents before and now, and the clusters it belongs to. Sorted. */
  changedKeys: readonly ResourceKey[];
}

/**
 * Follows the repository from commit to commit. After a restart the last good versions are found again by advancing
 * through the commits that `held` names, oldest first, and then to the newest.
 */
export class InventoryBuilder {
  readonly #isFinished: (operation: string) => boolean;
  readonly #table = new DocumentTable();
  #inventory = CommitInventory.EMPTY;
  #held = new Map<string, string>();

  /** `isFinished` says whether an operation, by name, has come to its end: it takes no part in cross-checks. */
  constructor({ isFinished = () => false }: { isFinished?: (operation: string) => boolean } = {}) {
    this.#isFinished = isFinished;
  }

  /** The next commit. Give only what changed since the last call (at first: everything). */
  advance(change: InventoryChange): InventoryResult {
    this.#table.update(change);
    const before = this.#inventory;
    const { diagnostics, resources, holds } = judge(this.#table, before, this.#isFinished);
    const { inventory, changed } = before.next(change.commit, resources);
    const clusters = before.keys('Cluster').map((key) => key.slice('Cluster/'.length));
    const units = holds.all ? ['*', ...clusters] : [...holds.units];
    this.#held = new Map(units.sort().map((unit) => [unit, this.#held.get(unit) ?? before.commit]));
    this.#inventory = inventory;
    return { inventory, diagnostics, held: this.#held, changedKeys: affected(changed, before, inventory) };
  }
}

/** Keys to look at again when `changed` did. The Fleet's settings concern everything. */
function affected(changed: readonly ResourceKey[], before: Inventory, after: Inventory): ResourceKey[] {
  if (changed.some((key) => key.startsWith('Fleet/'))) return [...new Set([...before.keys(), ...after.keys()])].sort();
  const keys = new Set(changed);
  for (const key of changed) {
    for (const inventory of [before, after]) {
      for (const dependent of inventory.dependents(key)) keys.add(dependent);
      const resource = inventory.get(key);
      if (!resource) continue;
      for (const cluster of ownersOf(resource, (other) => inventory.get(other))) keys.add(keyOf('Cluster', cluster));
    }
  }
  return [...keys].sort();
}
