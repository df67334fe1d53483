import { join } from 'node:path';
import { GitBranchWriter } from '../../reconciler/source/git/branch-writer.ts';
import { GitThread } from '../../reconciler/source/git/git-thread.ts';
import { figure, median, timed } from './figure.ts';
import type { BenchPart, Figure } from './figure.ts';
import { fleetRemote, hostDocument, realGit, sourceFor } from './git-fixture.ts';

const HOSTS = 10_000;
const ROUNDS = 3;
const NEVER = new AbortController().signal;

/**
 * The git half of a cold start with 10,000 documents: first fetch, tree, every blob; a one-file commit; and 1,000 changed
 * files committed and pushed (allowed: 1 s). Yardsticks are the git commands that do the same.
 */
export const gitColdStart: BenchPart = {
  names: ['git-first-fetch', 'git-tree', 'git-read-blobs', 'git-one-file-commit', 'git-push-1000-files'],
  run: measure,
};

async function measure(): Promise<Figure[]> {
  const { remote, commit } = await fleetRemote(HOSTS);
  const thread = new GitThread();
  const times = { fetch: [], tree: [], read: [], clone: [], cat: [] } as Record<
    'fetch' | 'tree' | 'read' | 'clone' | 'cat',
    number[]
  >;
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const source = sourceFor(remote, thread, join(remote.state, `ours-${round}`));
      const theirs = join(remote.state, `theirs-${round}.git`);
      await source.tip(NEVER);
      times.fetch.push((await timed(() => source.fetch(commit, undefined, NEVER))).ms);
      const tree = await timed(() => source.diff(undefined, commit, NEVER));
      times.tree.push(tree.ms);
      const oids = tree.answer.changed.map(({ oid }) => oid);
      times.read.push((await timed(() => drain(source.parse(oids, NEVER)))).ms);
      times.clone.push((await timed(() => realGit('clone', '-q', '--bare', '--depth', '1', remote.url, theirs))).ms);
      const cat = ['cat-file', '--batch', '--batch-all-objects', '--unordered'];
      times.cat.push((await timed(() => realGit('-C', theirs, ...cat))).ms);
      await source.close();
    }
    const oneFile = await oneFileCommit(remote, thread, commit);
    return [
      figure('git-first-fetch', median(times.fetch), 'ms', median(times.clone)),
      figure('git-tree', median(times.tree), 'ms'),
      figure('git-read-blobs', median(times.read), 'ms', median(times.cat)),
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
    const took = await timed(async () => {
      await source.tip(NEVER);
      await source.fetch(next, accepted, NEVER);
      const { changed } = await source.diff(accepted, next, NEVER);
      const oids = changed.map(({ oid }) => oid);
      await drain(source.parse(oids, NEVER));
    });
    times.push(took.ms);
    accepted = next;
  }
  await source.close();
  return figure('git-one-file-commit', median(times), 'ms');
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
  return figure('git-push-1000-files', median(times), 'ms');
}

async function drain(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _message of stream);
}
