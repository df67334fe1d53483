import { newCommits, reachable } from '../signatures/new-commits.ts';
import { parseParents } from './object.ts';
import type { Repository } from './repository.ts';

/**
 * The nearest commit that two commits both come from, as `git merge-base` finds it; of several that are equally near one of them.
 * Undefined where they have nothing in common. Both must be here; fetches the whole history where only that can tell.
 */
export async function forkPoint(
  repository: Repository,
  commit: string,
  other: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { objects } = repository;
  for (let deepened = false; ; deepened = true) {
    const { commits, missing } = await newCommits(objects, commit, other, signal);
    if (missing === 'none' || deepened) {
      if (commits.length === 0) return commit;
      const own = new Set(commits);
      const shared = new Set(commits.flatMap((each) => parentsOf(each)).filter((each) => !own.has(each)));
      if (shared.size <= 1) return [...shared][0];
      // Where the other was merged before, what that merge brought is nearer than where it all began.
      const older = await reachable(
        objects,
        [...shared].flatMap((each) => parentsOf(each)),
        new Set(),
        signal,
      );
      return [...shared].find((each) => !older.commits.has(each));
    }
    await repository.deepen(commit, signal);
    await repository.deepen(other, signal);
  }

  function parentsOf(each: string): string[] {
    return parseParents(objects.need(each, 'commit')).filter((parent) => objects.hasQuick(parent));
  }
}
