import { join } from 'node:path';
import { GitBranchWriter } from '../../reconciler/source/git/branch-writer.ts';
import { GitThread } from '../../reconciler/source/git/git-thread.ts';
import type { SnapshotDiff } from '../../reconciler/source/source.ts';
import { compared, median, timed } from './figure.ts';
import type { Figure } from './figure.ts';
import { fleetRemote, hostDocument, realGit, sourceFor } from './git-fixture.ts';

const HOSTS = 10_000;
const ROUNDS = 3;
const NEVER = new AbortController().signal;

/**
 * The git half of a cold start with 10,000 documents: first fetch, tree, every blob; a one-file commit; and 1,000 changed
 * files committed and pushed. Yardsticks are the git commands that do the same.
 */
export async function gitColdStart(): Promise<Figure[]> {
  const { remote, commit } = await fleetRemote(HOSTS);
  const thread = new GitThread();
  const times = {
    fetch: [] as number[],
    diff: [] as number[],
    read: [] as number[],
    clone: [] as number[],
    cat: [] as number[],
  };
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const source = sourceFor(remote, thread, join(remote.state, `ours-${round}`));
      const theirs = join(remote.state, `theirs-${round}.git`);
      let diff: SnapshotDiff | undefined;
      await source.tip(NEVER);
      times.fetch.push(await timed(() => source.fetch(commit, undefined, NEVER)));
      times.diff.push(await timed(async () => (diff = await source.diff(undefined, commit, NEVER))));
      times.read.push(
        await timed(() =>
          drain(
            source.parse(
              diff!.changed.map(({ oid }) => oid),
              NEVER,
            ),
          ),
        ),
      );
      times.clone.push(await timed(() => realGit('clone', '-q', '--bare', '--depth', '1', remote.url, theirs)));
      times.cat.push(
        await timed(() => realGit('-C', theirs, 'cat-file', '--batch', '--batch-all-objects', '--unordered')),
      );
      await source.close();
    }
    const oneFile = await oneFileCommit(remote, thread, commit);
    return [
      compared('git-first-fetch', 'ms', median(times.fetch), median(times.clone)),
      { name: 'git-tree-10000', value: median(times.diff), unit: 'ms' },
      compared('git-read-10000-blobs', 'ms', median(times.read), median(times.cat)),
      oneFile,
      await pushThousand(remote, thread),
    ];
  } finally {
    await thread.close();
    await remote.stop();
  }
}

type Remote = Awaited<ReturnType<typeof fleetRemote>>['remote'];

async function oneFileCommit(remote: Remote, thread: GitThread, from: string): Promise<Figure> {
  const source = sourceFor(remote, thread, join(remote.state, 'ours-0'));
  await source.tip(NEVER);
  await source.fetch(from, undefined, NEVER);
  await source.diff(undefined, from, NEVER);
  const times: number[] = [];
  let accepted = from;
  for (let round = 0; round < 5; round++) {
    const next = remote.commit({ 'hosts/7/host-7.yaml': hostDocument(7, `round ${round}`) });
    times.push(
      await timed(async () => {
        await source.tip(NEVER);
        await source.fetch(next, accepted, NEVER);
        const { changed } = await source.diff(accepted, next, NEVER);
        await drain(
          source.parse(
            changed.map(({ oid }) => oid),
            NEVER,
          ),
        );
      }),
    );
    accepted = next;
  }
  await source.close();
  return { name: 'git-one-file-commit', value: median(times), unit: 'ms' };
}

async function pushThousand(remote: Remote, thread: GitThread): Promise<Figure> {
  const { url, auth } = remote;
  const writer = new GitBranchWriter({ url, auth, folder: join(remote.state, 'writer'), branch: 'status' }, thread);
  const ref = 'refs/heads/status';
  const author = { name: 'Bench', email: 'bench@example.net' };
  const times: number[] = [];
  let parent = await writer.tip(ref, NEVER);
  for (let round = 0; round <= ROUNDS; round++) {
    const changes = new Map<string, string>();
    for (let at = 0; at < 1000; at++)
      changes.set(`clusters/c/hosts/${at % 16}/h${at}.yaml`, hostDocument(at, `${round}`));
    const started = performance.now();
    const result = await writer.push({ ref, parent, changes, message: 'status', author, timestamp: 1 }, NEVER);
    if (round > 0) times.push(performance.now() - started);
    if (!result.ok) throw new Error(`the push was not taken: ${result.detail}`);
    parent = result.commit;
  }
  await writer.close();
  return { name: 'git-push-1000-files', value: median(times), unit: 'ms', limit: 1000 };
}

async function drain(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _message of stream);
}
