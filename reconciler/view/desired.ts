import type { Inventory } from '../model/resource.ts';

/** What the fleet should be, as the view knows it. In the daemon its own inventory; beside it, one that is read from git. */
export interface Desired {
  /** At the accepted revision, clusters that are held at theirs. Empty before the first was read. */
  readonly inventory: Inventory;
  /** Why the inventory is older than the accepted revision, or missing; undefined: it is not. A sentence. */
  readonly behind?: string | undefined;
}
