import { KIND_CHECKS } from '../../kinds/checks.ts';
import type { Diagnostic } from '../../model/diagnostic.ts';
import type { Inventory } from '../../model/resource.ts';
import { InventoryBuilder } from '../../source/inventory/inventory-builder.ts';
import type { RevisionRecord } from '../../store/records.ts';
import { bringAccepted, parseAll, type ViewSource } from './view-source.ts';

/** Reads the repository as the daemon has taken it up, and can go on from there to what is proposed. */
export class AcceptedReader {
  readonly #source: ViewSource;
  readonly #builder: InventoryBuilder;
  #at: string | undefined;

  /** `isFinished` says of an operation, by name, whether it has come to its end. */
  constructor(source: ViewSource, isFinished: (operation: string) => boolean) {
    this.#source = source;
    this.#builder = new InventoryBuilder({ checks: KIND_CHECKS, isFinished });
  }

  /** The inventory of the accepted revision: clusters that are held at theirs, as the daemon finds them after a restart. */
  async accepted(record: RevisionRecord, signal: AbortSignal): Promise<Inventory> {
    const { accepted, held, heldSequence: order = {} } = record;
    const older = [...new Set(Object.values(held))]
      .filter((commit) => commit !== '' && commit !== accepted)
      .sort((a, b) => (order[a] ?? 0) - (order[b] ?? 0));
    let inventory: Inventory | undefined;
    for (const commit of [...older, accepted]) {
      await bringAccepted(this.#source, commit, accepted, signal);
      ({ inventory } = await this.advance(commit, signal));
    }
    return inventory!;
  }

  /** The next commit, which must be readable: what it changes, and what of it is held back. */
  async advance(
    commit: string,
    signal: AbortSignal,
  ): Promise<{ inventory: Inventory; diagnostics: readonly Diagnostic[]; held: ReadonlyMap<string, string> }> {
    const { changed, removed, diagnostics } = await this.#source.diff(this.#at, commit, signal);
    const parsed = await parseAll(
      this.#source,
      changed.map(({ oid }) => oid),
      signal,
    );
    const result = await this.#builder.advanceInTurns({ commit, changed, removed, parsed, diagnostics });
    this.#at = commit;
    return result;
  }
}
