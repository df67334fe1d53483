import { join } from 'node:path';
import { GitThread } from '../../reconciler/source/git/git-thread.ts';
import { figure, median, timed } from './figure.ts';
import type { BenchPart, Figure } from './figure.ts';
import { fleetRemote, realGit, sourceFor } from './git-fixture.ts';

const ROUNDS = 31;
const NEVER = new AbortController().signal;

/**
 * One look at a remote on which nothing has changed, over HTTP, beside `git ls-remote`, in turn. The design allows a
 * ratio of 0.7.
 */
export const unchangedPoll: BenchPart = { names: ['unchanged-poll'], run: measure };

async function measure(): Promise<Figure[]> {
  const { remote } = await fleetRemote(100);
  const thread = new GitThread();
  const source = sourceFor(remote, thread, join(remote.state, 'ours'));
  try {
    await source.tip(NEVER);
    const ours: number[] = [];
    const theirs: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      ours.push((await timed(() => source.tip(NEVER))).ms);
      theirs.push((await timed(() => realGit('ls-remote', remote.url, 'refs/heads/main'))).ms);
    }
    return [figure('unchanged-poll', median(ours), 'ms', median(theirs))];
  } finally {
    await source.close();
    await thread.close();
    await remote.stop();
  }
}
