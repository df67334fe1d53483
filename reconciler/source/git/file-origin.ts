import { setImmediate as breathe } from 'node:timers/promises';
import type { FileOrigin } from '../source.ts';
import { Mode, parseCommit, parseTree } from './object.ts';
import type { ObjectStore } from './object-store.ts';

const BREATHE_EVERY = 200;
const MAX_COMMIT_BYTES = 4 * 1024 * 1024;

/**
 * Where a file got the content that it has at `from`. At a merge the first parent that has the same content is followed, as
 * git does: the merge itself has made nothing.
 */
export async function fileOrigin(
  objects: ObjectStore,
  from: string,
  path: string,
  signal: AbortSignal,
): Promise<FileOrigin> {
  const parts = path.split('/');
  const known = new Map<string, string | undefined>();
  const contentAt = (commit: string): string | undefined => {
    const { tree } = parseCommit(objects.need(commit, 'commit', MAX_COMMIT_BYTES));
    if (!known.has(tree)) known.set(tree, blobAt(objects, tree, parts));
    return known.get(tree);
  };
  const oid = contentAt(from);
  let at = from;
  for (let step = 1; ; step++) {
    const commit = parseCommit(objects.need(at, 'commit', MAX_COMMIT_BYTES));
    const here = commit.parents.filter((parent) => objects.hasQuick(parent));
    const parents = here.map((parent) => ({ commit: parent, oid: contentAt(parent) }));
    const same = parents.find((parent) => parent.oid === oid);
    if (!same) {
      const { author, committer, message } = commit;
      const made = { commit: at, parents: commit.parents, author, committer, message };
      objects.release();
      return { made, oid, parents, cut: here.length < commit.parents.length };
    }
    at = same.commit;
    if (step % BREATHE_EVERY === 0) {
      await breathe();
      signal.throwIfAborted();
    }
  }
}

/** The blob at a path below a tree; undefined where there is none. */
function blobAt(objects: ObjectStore, root: string, parts: readonly string[]): string | undefined {
  let oid = root;
  for (const [index, part] of parts.entries()) {
    const entry = parseTree(objects.need(oid, 'tree')).find(({ name }) => name.toString('utf8') === part);
    const isLast = index === parts.length - 1;
    if (!entry || (entry.mode === Mode.tree) === isLast) return undefined;
    oid = entry.oid;
  }
  return oid;
}
