import { Bug } from '../../model/errors.ts';
import { Mode, formatTree, objectOid, parseTree } from './object.ts';
import type { GitObject, ObjectType, TreeEntry } from './object.ts';
import type { ObjectStore } from './object-store.ts';

/** What to do below one folder: new content, removal, or the same one level down. */
type Edits = Map<string, Buffer | null | Edits>;

/**
 * Builds the tree that results from `changes` on top of `base`. Subtrees that are not named are carried over, folders
 * left empty disappear. New objects go to `created`; what stood at the same place before is not among them. Returns the
 * root tree, which may be empty.
 */
export function editTree(
  objects: ObjectStore,
  base: string | undefined,
  changes: ReadonlyMap<string, string | null>,
  created: Map<string, GitObject>,
): string {
  const root = apply(objects, base, nest(changes), created);
  return root ?? create(created, 'tree', Buffer.alloc(0));
}

/** Adds an object and names it. */
export function create(created: Map<string, GitObject>, type: ObjectType, bytes: Buffer): string {
  const oid = objectOid(type, bytes);
  created.set(oid, { type, bytes });
  return oid;
}

function apply(
  objects: ObjectStore,
  base: string | undefined,
  edits: Edits,
  created: Map<string, GitObject>,
): string | undefined {
  const entries = new Map<string, TreeEntry>();
  for (const entry of base === undefined ? [] : parseTree(objects.need(base, 'tree'))) {
    entries.set(entry.name.toString('latin1'), entry);
  }
  for (const [text, edit] of edits) {
    const name = Buffer.from(text);
    const key = name.toString('latin1');
    const old = entries.get(key);
    if (edit === null) {
      entries.delete(key);
    } else if (Buffer.isBuffer(edit)) {
      const oid = objectOid('blob', edit);
      if (old?.oid !== oid) created.set(oid, { type: 'blob', bytes: edit });
      entries.set(key, { mode: Mode.file, name, oid });
    } else {
      const oid = apply(objects, old?.mode === Mode.tree ? old.oid : undefined, edit, created);
      if (oid !== undefined) entries.set(key, { mode: Mode.tree, name, oid });
      else if (old?.mode === Mode.tree) entries.delete(key);
    }
  }
  if (entries.size === 0) return undefined;
  const bytes = formatTree(entries.values());
  const oid = objectOid('tree', bytes);
  if (oid !== base) created.set(oid, { type: 'tree', bytes });
  return oid;
}

function nest(changes: ReadonlyMap<string, string | null>): Edits {
  const root: Edits = new Map();
  for (const [path, content] of changes) {
    const parts = path.split('/');
    if (!parts.every(isPlainName)) throw new Bug(`The path ${JSON.stringify(path)} cannot be written to a branch.`);
    let at = root;
    for (const part of parts.slice(0, -1)) {
      const next = at.get(part) ?? new Map<string, Buffer | null | Edits>();
      if (Buffer.isBuffer(next)) throw clash(path);
      const folder = next === null ? new Map<string, Buffer | null | Edits>() : next;
      at.set(part, folder);
      at = folder;
    }
    const last = parts.at(-1)!;
    const there = at.get(last);
    if (there instanceof Map && content === null) continue;
    if (there instanceof Map) throw clash(path);
    at.set(last, content === null ? null : Buffer.from(content));
  }
  return root;
}

function clash(path: string): Bug {
  return new Bug(`The path ${JSON.stringify(path)} is both a file and a folder.`);
}

function isPlainName(name: string): boolean {
  if (name === '' || name === '.' || name === '..' || name.toLowerCase() === '.git') return false;

  return !/[\u0000-\u001f\u007f\\]/.test(name);
}
