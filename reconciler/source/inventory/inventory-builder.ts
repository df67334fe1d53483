import type { Diagnostic } from '../../model/diagnostic.ts';
import { Bug } from '../../model/errors.ts';
import type { Inventory, ResourceKey } from '../../model/resource.ts';
import { keyOf, splitKey } from '../../model/resource.ts';
import type { Turns } from '../../model/turns.ts';
import { Pace, runAtOnce, runInTurns } from '../../model/turns.ts';
import type { TableChange } from './document-table.ts';
import type { ResourceCheck } from './cross-check.ts';
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
  readonly #itemsPerTurn: number | undefined;
  readonly #checks: readonly ResourceCheck[];
  #advancing = false;

  /**
   * `isFinished` says whether an operation, by name, has come to its end: it takes no part in cross-checks. `checks` are those that
   * kinds bring. `itemsPerTurn` is for tests.
   */
  constructor({
    isFinished = () => false,
    checks = [],
    itemsPerTurn,
  }: {
    isFinished?: (operation: string) => boolean;
    checks?: readonly ResourceCheck[];
    itemsPerTurn?: number;
  } = {}) {
    this.#isFinished = isFinished;
    this.#checks = checks;
    this.#itemsPerTurn = itemsPerTurn;
  }

  /** The next commit. Give only what changed since the last call (at first: everything). */
  advance(change: InventoryChange): InventoryResult {
    return runAtOnce(this.#advance(change));
  }

  /**
   * The same, with the event loop free every few milliseconds. It goes on to its end, whatever is aborted meanwhile; a
   * further commit has to wait for it (Bug otherwise).
   */
  advanceInTurns(change: InventoryChange): Promise<InventoryResult> {
    return runInTurns(this.#advance(change));
  }

  *#advance(change: InventoryChange): Turns<InventoryResult> {
    if (this.#advancing) throw new Bug('A commit is taken up while another one is.');
    this.#advancing = true;
    try {
      return yield* this.#next(change, new Pace(this.#itemsPerTurn));
    } finally {
      this.#advancing = false;
    }
  }

  *#next(change: InventoryChange, pace: Pace): Turns<InventoryResult> {
    yield* this.#table.update(change, pace);
    const before = this.#inventory;
    const { diagnostics, resources, holds } = yield* judge(this.#table, before, this.#isFinished, pace, this.#checks);
    const { inventory, changed } = yield* before.next(change.commit, resources, pace);
    const clusters = before.keys('Cluster').map((key) => key.slice('Cluster/'.length));
    const units = holds.all ? ['*', ...clusters] : [...holds.units];
    this.#held = new Map(units.sort().map((unit) => [unit, this.#held.get(unit) ?? before.commit]));
    this.#inventory = inventory;
    const changedKeys = yield* affected(changed, before, inventory, pace);
    return { inventory, diagnostics, held: this.#held, changedKeys };
  }
}

/** Keys to look at again when `changed` did. The Fleet's settings concern everything. */
function* affected(
  changed: readonly ResourceKey[],
  before: Inventory,
  after: Inventory,
  pace: Pace,
): Turns<ResourceKey[]> {
  if (changed.some((key) => key.startsWith('Fleet/'))) return [...new Set([...before.keys(), ...after.keys()])].sort();
  const keys = new Set(changed);
  // Grows meanwhile: what extends a profile has changed with it.
  const news = new Set(changed);
  for (const key of news) {
    if (pace.isOver()) yield;
    for (const inventory of [before, after]) {
      for (const dependent of inventory.dependents(key)) {
        keys.add(dependent);
        if (splitKey(dependent).kind === 'HostProfile') news.add(dependent);
      }
      const resource = inventory.get(key);
      if (!resource) continue;
      for (const cluster of ownersOf(resource, (other) => inventory.get(other))) keys.add(keyOf('Cluster', cluster));
    }
  }
  return [...keys].sort();
}
