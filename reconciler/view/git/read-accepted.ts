import { KIND_CHECKS } from '../../kinds/checks.ts';
import type { Diagnostic } from '../../model/diagnostic.ts';
import type { Inventory } from '../../model/resource.ts';
import { InventoryBuilder } from '../../source/inventory/inventory-builder.ts';
import type { SnapshotDiff } from '../../source/source.ts';
import { keys } from '../../store/keys.ts';
import type { RevisionRecord } from '../../store/records.ts';
import type { StateStore } from '../../store/state-store.ts';
import { bringAccepted, parseAll, type ViewSource } from './view-source.ts';

/** The repository after a commit was taken up. */
export interface Advance {
  inventory: Inventory;
  diagnostics: readonly Diagnostic[];
  /** Clusters that are held, each at its commit. */
  held: ReadonlyMap<string, string>;
}

/** What the daemon has accepted, as it says in the store; undefined before it has. */
export async function readAccepted(store: StateStore, signal: AbortSignal): Promise<RevisionRecord | undefined> {
  const record = (await store.get(keys.revision, signal))?.value as unknown as RevisionRecord | undefined;
  return record?.accepted ? record : undefined;
}

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
  async advance(commit: string, signal: AbortSignal): Promise<Advance> {
    return this.#take(await this.#source.diff(this.#at, commit, signal), signal);
  }

  /**
   * What merging a commit into the one that was read last would make of it: of every file that the commit changed since `fork`,
   * where the two parted, it has its version, of all others that which was read. A warning names files that both changed.
   */
  async merge(commit: string, fork: string | undefined, signal: AbortSignal): Promise<Advance> {
    const ours = this.#at;
    if (ours === undefined || fork === undefined || fork === ours) return this.advance(commit, signal);
    const theirs = await this.#source.diff(fork, commit, signal);
    const changedHere = outcomes(await this.#source.diff(fork, ours, signal));
    const both = [...outcomes(theirs)].filter(([path, oid]) => changedHere.has(path) && changedHere.get(path) !== oid);
    const advance = await this.#take(theirs, signal);
    return { ...advance, diagnostics: [...advance.diagnostics, ...both.map(([path]) => changedTwice(path))] };
  }

  async #take({ commit, changed, removed, diagnostics }: SnapshotDiff, signal: AbortSignal): Promise<Advance> {
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

/** What became of each file: its blob, undefined where it went. */
function outcomes({ changed, removed }: SnapshotDiff): Map<string, string | undefined> {
  return new Map([
    ...changed.map(({ path, oid }): [string, string] => [path, oid]),
    ...removed.map((path): [string, undefined] => [path, undefined]),
  ]);
}

function changedTwice(file: string): Diagnostic {
  const message =
    'this file was changed in the branch and, since the branch began, in what is in effect: the plan shows the version of the branch; bring the branch up to date to see what a merge makes of it';
  return { severity: 'warning', code: 'changed-on-both-sides', message, file, line: 1, column: 1 };
}
