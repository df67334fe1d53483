import { join } from 'node:path';
import { GitThread } from '../../reconciler/source/git/git-thread.ts';
import { compared, median, timed } from './figure.ts';
import type { Figure } from './figure.ts';
import { fleetRemote, realGit, sourceFor } from './git-fixture.ts';

const ROUNDS = 31;
const NEVER = new AbortController().signal;

/** One look at a remote on which nothing has changed, over HTTP, beside `git ls-remote`. Taken in turn, in one run. */
export async function unchangedPoll(): Promise<Figure[]> {
  const { remote } = await fleetRemote(100);
  const thread = new GitThread();
  const source = sourceFor(remote, thread, join(remote.state, 'ours'));
  try {
    await source.tip(NEVER);
    const ours: number[] = [];
    const theirs: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      ours.push(await timed(() => source.tip(NEVER)));
      theirs.push(await timed(() => realGit('ls-remote', remote.url, 'refs/heads/main')));
    }
    return [compared('unchanged-poll', 'ms', median(ours), median(theirs), 0.7)];
  } finally {
    await source.close();
    await thread.close();
    await remote.stop();
  }
}
