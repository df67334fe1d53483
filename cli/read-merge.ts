import { existsSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { systemClock } from '../reconciler/model/clock.ts';
import type { Diagnostic } from '../reconciler/model/diagnostic.ts';
import { InvalidInput } from '../reconciler/model/errors.ts';
import type { Inventory } from '../reconciler/model/resource.ts';
import { DocumentParser } from '../reconciler/source/documents/document-parser.ts';
import { GitConfigSource } from '../reconciler/source/git/config-source.ts';
import { GitThread } from '../reconciler/source/git/git-thread.ts';
import { AcceptedReader } from '../reconciler/view/git/read-accepted.ts';
import { findClone, LocalClone } from './local-clone.ts';

/** A branch, tag or commit of a clone, as it was named and as what it is. */
export interface NamedCommit {
  name: string;
  /** Hex. */
  commit: string;
}

/** Two refs of a clone, and what merging one into the other would make of it. */
export interface ReadMerge {
  base: NamedCommit;
  head: NamedCommit;
  /** The repository at `base`. */
  before: Inventory;
  /** The repository after the merge. */
  after: Inventory;
  diagnostics: readonly Diagnostic[];
}

/**
 * Reads what merging `head` into `base` would make of the config repository in `folder`, from the clone that it lies in and nothing
 * else. `isFinished` says of an operation whether it has come to its end. Throws InvalidInput `NO_CLONE`, `NO_SUCH_REF`, and
 * `HISTORY_CUT` where the clone does not hold the commit that both come from.
 */
export async function readMerge(
  folder: string,
  refs: { base: string; head: string },
  signal: AbortSignal,
  isFinished: (operation: string) => boolean,
): Promise<ReadMerge> {
  const gitdir = await findClone(folder);
  if (gitdir === undefined) {
    throw new InvalidInput(`${folder} lies in no clone, so it has no branches to compare.`, {
      code: 'NO_CLONE',
      hint: 'Name a folder of a clone of the config repository; without --base and --head the folder itself is planned.',
    });
  }
  const clone = new LocalClone(gitdir);
  const [base, head] = [await named(clone, refs.base), await named(clone, refs.head)];
  const root = dirname(gitdir);
  const path = relative(root, folder).replaceAll(sep, '/');
  const thread = new GitThread();
  const parser = new DocumentParser({ clock: systemClock });
  const source = new GitConfigSource({ url: root, folder: gitdir, branch: 'main', path }, thread, parser);
  try {
    const fork = await source.forkPoint(head.commit, base.commit, signal);
    if (fork === undefined && existsSync(join(gitdir, 'shallow'))) throw historyCut(base, head);
    const reader = new AcceptedReader(source, isFinished);
    const { inventory: before } = await reader.advance(base.commit, signal);
    const { inventory: after, diagnostics } = await reader.merge(head.commit, fork, signal);
    return { base, head, before, after, diagnostics };
  } finally {
    await source.close();
    await parser.close();
    await thread.close();
  }
}

async function named(clone: LocalClone, name: string): Promise<NamedCommit> {
  const commit = await clone.commitOf(name);
  if (commit !== undefined) return { name, commit };
  throw new InvalidInput(`The clone has no branch, tag or commit "${name}".`, {
    code: 'NO_SUCH_REF',
    hint: 'Fetch it first: git fetch origin.',
  });
}

function historyCut(base: NamedCommit, head: NamedCommit): InvalidInput {
  return new InvalidInput(
    `This clone holds only a part of the history: where ${head.name} began to differ from ${base.name} cannot be told.`,
    {
      code: 'HISTORY_CUT',
      hint: 'Fetch the rest: git fetch --unshallow. In a pipeline, check out with the whole history (fetch-depth: 0).',
    },
  );
}
