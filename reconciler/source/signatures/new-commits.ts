import { setImmediate as breathe } from 'node:timers/promises';
import { parseParents } from '../git/object.ts';
import type { ObjectStore } from '../git/object-store.ts';

const BREATHE_EVERY = 200;
/** Commits that are followed in one go before the slower way is taken. */
const MOST_IN_A_LINE = 2000;

/** The commits of a new tip that the accepted commit does not hold. */
export interface NewCommits {
  /** Nearest to the tip first. */
  commits: string[];
  /**
   * What of the history is not here: `some` parents of new commits, so that a new one may be missing; of `old` commits only, so that
   * an old one may stand among the new; `none`, and the list is exact.
   */
  missing: 'none' | 'old' | 'some';
}

/**
 * What `git rev-list accepted..tip` lists. Without an accepted commit it is the tip alone.
 */
export async function newCommits(
  objects: ObjectStore,
  tip: string,
  accepted: string | undefined,
  signal: AbortSignal,
): Promise<NewCommits> {
  if (accepted === undefined) return { commits: [tip], missing: 'none' };
  if (tip === accepted) return { commits: [], missing: 'none' };
  const straight = straightLine(objects, tip, accepted);
  if (straight) return { commits: straight, missing: 'none' };
  const old = await reachable(objects, [accepted], new Set(), signal);
  const fresh = await reachable(objects, [tip], old.commits, signal);
  return { commits: [...fresh.commits], missing: fresh.cut ? 'some' : old.cut ? 'old' : 'none' };
}

/** The way from the tip to the accepted commit where nothing was merged in between: nearly always. */
function straightLine(objects: ObjectStore, tip: string, accepted: string): string[] | undefined {
  const commits: string[] = [];
  for (let at = tip; at !== accepted;) {
    commits.push(at);
    const [parent, ...others] = parentsOf(objects, at);
    if (parent === undefined || others.length > 0 || !objects.hasQuick(parent)) return undefined;
    if (commits.length > MOST_IN_A_LINE) return undefined;
    at = parent;
  }
  return commits;
}

/** All that these commits come from, they themselves too, nearest first; `cut`: a parent is not here. */
export async function reachable(
  objects: ObjectStore,
  from: readonly string[],
  without: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<{ commits: Set<string>; cut: boolean }> {
  const commits = new Set(from.filter((each) => !without.has(each)));
  let cut = false;
  let steps = 0;
  // A set is walked in the order in which it grows.
  for (const commit of commits) {
    for (const parent of parentsOf(objects, commit)) {
      if (without.has(parent)) continue;
      if (objects.hasQuick(parent)) commits.add(parent);
      else cut = true;
    }
    if (++steps % BREATHE_EVERY === 0) {
      await breathe();
      signal.throwIfAborted();
    }
  }
  return { commits, cut };
}

function parentsOf(objects: ObjectStore, commit: string): string[] {
  return parseParents(objects.need(commit, 'commit'));
}
