import type { Diagnostic } from '../../model/diagnostic.ts';
import { Bug } from '../../model/errors.ts';
import type { ResourceKey } from '../../model/resource.ts';
import type { Pace, Turns } from '../../model/turns.ts';
import type { FileEntry, ParsedFile } from '../source.ts';
import type { PlacedFile, Placement } from './placement.ts';
import { placeFile } from './placement.ts';

/** What changed in the repository since the last call. */
export interface TableChange {
  /** Files that are new or have another oid. */
  changed: readonly FileEntry[];
  removed: readonly string[];
  /** At least the blobs of `changed`, by oid. */
  parsed: ReadonlyMap<string, ParsedFile>;
  /** Entries that were refused unread (symlinks, submodules, oversized files), with their path as `file`. */
  diagnostics: readonly Diagnostic[];
}

/** Every document of the repository at the newest commit, by path and by key. */
export class DocumentTable {
  readonly #files = new Map<string, PlacedFile>();
  readonly #byKey = new Map<ResourceKey, Placement[]>();
  readonly #refused = new Map<string, Diagnostic[]>();

  *update({ changed, removed, parsed, diagnostics }: TableChange, pace: Pace): Turns<void> {
    for (const path of removed) this.#remove(path);
    for (const { path, oid } of changed) {
      if (pace.isOver()) yield;
      const file = parsed.get(oid);
      if (!file) throw new Bug(`The file ${path} was not parsed.`);
      this.#remove(path);
      this.#add(placeFile(path, oid, file));
    }
    for (const path of new Set(diagnostics.map(({ file }) => file))) {
      this.#remove(path);
      this.#refused.set(
        path,
        diagnostics.filter(({ file }) => file === path),
      );
    }
  }

  /** The documents of a key: more than one is an error. Sorted by place. */
  placements(key: ResourceKey): readonly Placement[] {
    return this.#byKey.get(key) ?? [];
  }

  entries(): Iterable<[ResourceKey, readonly Placement[]]> {
    return this.#byKey.entries();
  }

  /** Findings about files, by path; paths without any are left out. */
  *fileDiagnostics(): Generator<[path: string, diagnostics: readonly Diagnostic[]]> {
    yield* this.#refused.entries();
    for (const { path, diagnostics } of this.#files.values()) if (diagnostics.length > 0) yield [path, diagnostics];
  }

  #add(file: PlacedFile): void {
    this.#files.set(file.path, file);
    for (const placement of file.placements) {
      const same = this.#byKey.get(placement.key);
      if (same) same.push(placement);
      else this.#byKey.set(placement.key, [placement]);
      same?.sort(byPlace);
    }
  }

  #remove(path: string): void {
    this.#refused.delete(path);
    const file = this.#files.get(path);
    if (!file) return;
    this.#files.delete(path);
    for (const { key } of file.placements) {
      const rest = (this.#byKey.get(key) ?? []).filter((placement) => placement.path !== path);
      if (rest.length > 0) this.#byKey.set(key, rest);
      else this.#byKey.delete(key);
    }
  }
}

function byPlace(a: Placement, b: Placement): number {
  if (a.path !== b.path) return a.path < b.path ? -1 : 1;
  return a.document.line - b.document.line;
}
