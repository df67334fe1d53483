import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeLoose } from '../../../../reconciler/source/git/loose-object.ts';
import {
  Mode,
  formatCommit,
  formatTree,
  objectOid,
  parseCommit,
  parseTree,
} from '../../../../reconciler/source/git/object.ts';
import type { GitObject, ObjectType, TreeEntry } from '../../../../reconciler/source/git/object.ts';
import { ObjectStore } from '../../../../reconciler/source/git/object-store.ts';
import { TreeDiffer } from '../../../../reconciler/source/git/tree-diff.ts';
import { editTree } from '../../../../reconciler/source/git/tree-edit.ts';

const BLOB = '1'.repeat(40);
let objectsDir: string;
let objects: ObjectStore;

beforeEach(() => {
  objectsDir = mkdtempSync(join(tmpdir(), 'objects-'));
  objects = new ObjectStore(objectsDir);
});

afterEach(() => {
  objects.close();
  rmSync(objectsDir, { recursive: true, force: true });
});

function put(type: ObjectType, bytes: Buffer): string {
  const oid = objectOid(type, bytes);
  writeLoose(objectsDir, oid, { type, bytes });
  return oid;
}

function tree(entries: Record<string, string | { mode: number; oid: string }>): string {
  const list = Object.entries(entries).map(([name, value]): TreeEntry => {
    const { mode, oid } = typeof value === 'string' ? { mode: Mode.file, oid: value } : value;
    return { mode, name: Buffer.from(name, 'latin1'), oid };
  });
  return put('tree', formatTree(list));
}

const folder = (oid: string): { mode: number; oid: string } => ({ mode: Mode.tree, oid });

describe('security row 1: names in the tree', () => {
  it.each(['..', '.', '.git', '.GIT', '.git ', 'git~1', 'a\nb.yaml', 'a\u001b[31m.yaml', 'a\\b.yaml', '\xff\xfe.yaml'])(
    '%j is refused with a diagnostic that can be printed',
    (name) => {
      const root = tree({ [name]: BLOB, 'ok.yaml': BLOB });

      const diff = new TreeDiffer(objects).diff(undefined, root);

      expect(diff.changed.map(({ path }) => path)).toEqual(['ok.yaml']);
      expect(diff.diagnostics).toMatchObject([{ severity: 'error', code: 'bad-file-name', line: 1, column: 1 }]);
      expect(diff.diagnostics[0]!.file).toMatch(/^[\u0020-\u007e\u00a0-\uffff]+$/);
    },
  );

  it('of folders hide what is below them', () => {
    const inner = tree({ 'a.yaml': BLOB });
    const root = tree({ '..': folder(inner) });

    const diff = new TreeDiffer(objects).diff(undefined, root);

    expect(diff.changed).toEqual([]);
    expect(diff.diagnostics).toHaveLength(1);
  });
});

describe('comparing trees', () => {
  it('does not open subtrees that are equal', () => {
    const unreadable = folder('9'.repeat(40));
    const before = tree({ same: unreadable, 'a.yaml': BLOB });
    const after = tree({ same: unreadable, 'a.yaml': '2'.repeat(40) });
    const differ = new TreeDiffer(objects);

    expect(() => differ.diff(undefined, after)).toThrow(expect.objectContaining({ code: 'GIT_OBJECT_MISSING' }));
    expect(() => differ.diff(before, before)).toThrow(expect.objectContaining({ code: 'GIT_OBJECT_MISSING' }));
  });

  it('sees a folder become a document and a document become a folder', () => {
    const inner = tree({ 'x.yaml': BLOB });
    const before = tree({ 'a.yaml': folder(inner), 'b.yaml': BLOB });
    const after = tree({ 'a.yaml': BLOB, 'b.yaml': folder(inner) });

    const diff = new TreeDiffer(objects).diff(before, after);

    expect(diff.changed.map(({ path }) => path)).toEqual(['a.yaml', 'b.yaml/x.yaml']);
    expect(diff.removed).toEqual(['a.yaml/x.yaml', 'b.yaml']);
  });

  it('security row 2: stops at a tree that names itself over and over', () => {
    let bomb = tree({ 'a.yaml': BLOB });
    for (let level = 0; level < 20; level++) {
      bomb = tree(Object.fromEntries(Array.from({ length: 10 }, (_, at) => [`d${at}`, folder(bomb)])));
    }

    expect(() => new TreeDiffer(objects).diff(undefined, bomb)).toThrow(
      expect.objectContaining({ code: 'GIT_TOO_LARGE' }),
    );
  });

  it('security row 2: says so when folders are nested too deep', () => {
    let deep = tree({ 'a.yaml': BLOB });
    for (let level = 0; level < 40; level++) deep = tree({ d: folder(deep) });

    const diff = new TreeDiffer(objects).diff(undefined, deep);

    expect(diff.changed).toEqual([]);
    expect(diff.diagnostics).toMatchObject([{ code: 'too-deep', severity: 'error' }]);
  });
});

describe('editing a tree', () => {
  const path = fc
    .array(fc.constantFrom('a', 'b', 'c.d', 'e'), { minLength: 1, maxLength: 3 })
    .map((parts) => parts.join('/'));

  function files(root: string, prefix = ''): [string, string][] {
    return parseTree(objects.need(root, 'tree')).flatMap(({ mode, name, oid }): [string, string][] =>
      mode === Mode.tree
        ? files(oid, `${prefix}${name.toString()}/`)
        : [[prefix + name.toString(), objects.need(oid, 'blob').toString()]],
    );
  }

  function edit(base: string | undefined, changes: Map<string, string | null>): string {
    const created = new Map<string, GitObject>();
    const root = editTree(objects, base, changes, created);
    for (const [oid, object] of created) writeLoose(objectsDir, oid, object);
    return root;
  }

  it('gives the tree that a plain map of files would give, whatever the order of changes', () => {
    const additions = fc
      .uniqueArray(path, { maxLength: 6 })
      .map((paths) =>
        paths.filter((one) => !paths.some((other) => other.startsWith(`${one}/`) || one.startsWith(`${other}/`))),
      );
    fc.assert(
      fc.property(additions, additions, (first, removed) => {
        const start = edit(undefined, new Map(first.map((name) => [name, `v ${name}`])));

        const end = edit(start, new Map(removed.map((name) => [name, null])));

        const expected = first.filter(
          (name) => !removed.includes(name) && !removed.some((gone) => name.startsWith(`${gone}/`)),
        );
        expect(
          files(end)
            .map(([name]) => name)
            .sort(),
        ).toEqual([...expected].sort());
      }),
      { numRuns: 60 },
    );
  });

  it('creates nothing that stood at the same place before', () => {
    const start = edit(undefined, new Map([['a/x', '1'], ['b/y', '2']])); // prettier-ignore
    const created = new Map<string, GitObject>();

    editTree(objects, start, new Map([['a/x', '1'], ['b/z', '3']]), created); // prettier-ignore

    expect([...created.values()].map(({ type }) => type).sort()).toEqual(['blob', 'tree', 'tree']);
  });
});

describe('a commit', () => {
  it('cannot be forged by line breaks and brackets in a name', () => {
    const person = { name: 'A\nparent 0 <x>', email: 'a@b>\n', timestamp: 1 };

    const bytes = formatCommit({ tree: BLOB, parents: [], author: person, committer: person, message: 'm' });

    expect(parseCommit(bytes)).toMatchObject({
      parents: [],
      author: { name: 'Aparent 0 x', email: 'a@b', timestamp: 1 },
    });
  });

  it('reads back as it was written', () => {
    const person = { name: 'Ünal', email: 'u@example.net', timestamp: 1_700_000_000 };
    const commit = {
      tree: BLOB,
      parents: [BLOB, '2'.repeat(40)],
      author: person,
      committer: person,
      message: 'a\n\nb\n',
    };

    expect(parseCommit(formatCommit(commit))).toEqual(commit);
  });
});
