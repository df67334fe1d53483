import type { Diagnostic } from '../../model/diagnostic.ts';
import type { FileEntry } from '../source.ts';
import { tooLarge } from './git-error.ts';
import { parseTree } from './object.ts';
import type { TreeEntry } from './object.ts';
import type { ObjectStore } from './object-store.ts';
import { classifyEntry, printableName } from './tree-rules.ts';
import type { EntryKind, Refusal } from './tree-rules.ts';

export const MAX_FILES = 200_000;
const MAX_DEPTH = 32;
/** A tree can name the same folder over and over: what is visited is bounded, not only what is found. */
const MAX_VISITED = 2_000_000;
const MAX_REFUSALS = 1000;
const MAX_CACHED_ENTRIES = 50_000;
const MAX_TREE_BYTES = 64 * 1024 * 1024;

interface Classified {
  name: string;
  oid: string;
  kind: EntryKind;
  refusal?: Refusal;
}

/** Documents that differ, and every refused entry of the new tree. */
export interface TreeDiff {
  changed: FileEntry[];
  removed: string[];
  diagnostics: Diagnostic[];
}

/** Compares trees by oid; equal subtrees are not opened. Keeps a little between calls, so one instance per repository. */
export class TreeDiffer {
  readonly #objects: ObjectStore;
  readonly #parsed = new Map<string, Classified[]>();
  #parsedEntries = 0;
  /** What is refused in a tree, with paths relative to it: a refused entry counts also in commits that do not touch it. */
  readonly #refusals = new Map<string, Diagnostic[]>();
  #visited = 0;

  constructor(objects: ObjectStore) {
    this.#objects = objects;
  }

  /** `from` undefined: against the empty tree. Throws InvalidInput `GIT_TOO_LARGE` beyond the limits. */
  diff(from: string | undefined, to: string): TreeDiff {
    this.#visited = 0;
    const result: TreeDiff = { changed: [], removed: [], diagnostics: [] };
    this.#compare(from, to, '', 0, result);
    result.diagnostics = this.#refused(to, 0);
    result.changed.sort((a, b) => (a.path < b.path ? -1 : 1));
    result.removed.sort();
    return result;
  }

  #compare(from: string | undefined, to: string | undefined, prefix: string, depth: number, result: TreeDiff): void {
    if (from === to || depth > MAX_DEPTH) return;
    const before = new Map(this.#entries(from).map((entry) => [entry.name, entry]));
    for (const entry of this.#entries(to)) {
      const old = before.get(entry.name);
      if (old?.kind === entry.kind) before.delete(entry.name);
      const same = old?.kind === entry.kind ? old.oid : undefined;
      if (same === entry.oid) continue;
      const path = prefix + entry.name;
      if (entry.kind === 'folder') this.#compare(same, entry.oid, `${path}/`, depth + 1, result);
      if (entry.kind !== 'document') continue;
      // Readable now: not also among the removed, whatever refused thing stood here.
      if (old?.kind === 'refused') before.delete(entry.name);
      this.#found(result.changed.push({ path, oid: entry.oid }));
    }
    for (const old of before.values()) {
      const path = prefix + old.name;
      if (old.kind === 'folder') this.#compare(old.oid, undefined, `${path}/`, depth + 1, result);
      if (old.kind === 'document' || old.kind === 'refused') this.#found(result.removed.push(path));
    }
  }

  #refused(tree: string, depth: number): Diagnostic[] {
    const known = this.#refusals.get(tree);
    if (known) return known;
    if (depth > MAX_DEPTH) return [diagnostic('', TOO_DEEP)];
    const found: Diagnostic[] = [];
    for (const entry of this.#entries(tree)) {
      if (entry.refusal) found.push(diagnostic(entry.name, entry.refusal));
      if (entry.kind !== 'folder') continue;
      for (const inner of this.#refused(entry.oid, depth + 1)) {
        if (found.length >= MAX_REFUSALS) break;
        found.push({ ...inner, file: inner.file === '' ? entry.name : `${entry.name}/${inner.file}` });
      }
    }
    if (this.#refusals.size > MAX_CACHED_ENTRIES) this.#refusals.clear();
    const kept = found.slice(0, MAX_REFUSALS);
    // Where the depth ran out depends on where the tree was met: such a result is not kept.
    if (!kept.some(({ code }) => code === TOO_DEEP.code)) this.#refusals.set(tree, kept);
    return kept;
  }

  #entries(tree: string | undefined): Classified[] {
    if (tree === undefined) return [];
    const known = this.#parsed.get(tree);
    const entries = known ?? parseTree(this.#objects.need(tree, 'tree', MAX_TREE_BYTES)).map(classified);
    this.#visited += entries.length + 1;
    if (this.#visited > MAX_VISITED) throw tooManyFiles();
    if (known) return known;
    this.#parsedEntries += entries.length;
    if (this.#parsedEntries > MAX_CACHED_ENTRIES) {
      this.#parsed.clear();
      this.#parsedEntries = entries.length;
    }
    this.#parsed.set(tree, entries);
    return entries;
  }

  #found(count: number): void {
    if (count > MAX_FILES) throw tooManyFiles();
  }
}

const TOO_DEEP: Refusal = {
  severity: 'error',
  code: 'too-deep',
  message: `Folders are nested more than ${MAX_DEPTH} deep; nothing below is read.`,
};

function classified(entry: TreeEntry): Classified {
  return { name: printableName(entry), oid: entry.oid, ...classifyEntry(entry) };
}

function diagnostic(file: string, { severity, code, message }: Refusal): Diagnostic {
  return { severity, code, message, file, line: 1, column: 1 };
}

function tooManyFiles(): Error {
  return tooLarge(
    `The repository holds more than ${MAX_FILES} files below the configured path.`,
    'Split it, or set repository.path to the folder with the configuration.',
  );
}
