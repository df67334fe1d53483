import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../reconciler/model/clock.ts';
import { GitBranchWriter } from '../../reconciler/source/git/branch-writer.ts';
import { GitThread } from '../../reconciler/source/git/git-thread.ts';
import { StatusWriter } from '../../reconciler/status/status-writer.ts';
import { TestRemote } from '../support/git-remote.ts';
import { silentLog } from '../support/silent-log.ts';
import { clusterStatus, FakeSource, hostStatus } from '../support/statuses.ts';
import { figure, median, timed, type BenchPart, type Figure } from './figure.ts';
import { realGit } from './git-fixture.ts';

const HOSTS = 1000;
const CLUSTERS = 10;
const ROUNDS = 5;
const BRANCH = 'intendant/status';
const never = new AbortController().signal;

interface Pushed {
  ms: number;
  /** What the remote has on its disk of it. */
  bytes: number;
}

/**
 * 1,000 hosts change, which becomes one commit, rendered and pushed over HTTP; then one host alone. Beside it `git add`,
 * `commit` and `push` of the same files. Bytes are those that the remote keeps of the commit.
 */
export const statusCommit: BenchPart = {
  names: ['status-commit', 'status-bytes', 'status-commit-one', 'status-bytes-one'],

  async run(): Promise<Figure[]> {
    const remote = await TestRemote.start('http');
    const thread = new GitThread();
    const taken = { all: [] as Pushed[], one: [] as Pushed[], gitAll: [] as Pushed[], gitOne: [] as Pushed[] };
    try {
      remote.git('config', 'http.receivepack', 'true');
      const folder = join(remote.state, 'writer');
      const branch = new GitBranchWriter({ url: remote.url, auth: remote.auth, folder, branch: BRANCH }, thread);
      const source = new FakeSource(Array.from({ length: CLUSTERS }, (_, at) => clusterStatus(`c${at}`, 100, 0)));
      for (let at = 0; at < HOSTS; at += 1) source.put(host(at, 'active'));
      const writer = new StatusWriter({
        branch,
        ref: `refs/heads/${BRANCH}`,
        source,
        clock: systemClock,
        random: Math.random,
        log: silentLog,
        version: '0.1.0',
        author: { name: 'Intendant', email: 'intendant@localhost' },
      });
      await writer.flush(never);
      const clone = join(remote.state, 'clone');
      await realGit('clone', '-q', '--branch', BRANCH, remote.url, clone);
      await realGit('-C', clone, 'checkout', '-q', '-b', 'by-git');
      for (let round = 0; round < ROUNDS; round += 1) {
        const state = round % 2 === 0 ? 'failed' : 'active';
        for (const [ours, theirs, count] of [
          [taken.all, taken.gitAll, HOSTS],
          [taken.one, taken.gitOne, 1],
        ] as const) {
          for (let at = 0; at < count; at += 1) {
            const turned = count === 1 ? (state === 'failed' ? 'active' : 'failed') : state;
            writer.touch(source.put(host(at, turned)));
          }
          ours.push(await pushed(remote, BRANCH, () => writer.flush(never)));
          await copyFiles(remote, clone);
          theirs.push(await pushed(remote, 'by-git', () => byGit(clone)));
        }
      }
      const ms = (some: readonly Pushed[]): number => median(some.map((each) => each.ms));
      const bytes = (some: readonly Pushed[]): number => median(some.map((each) => each.bytes));
      return [
        figure('status-commit', ms(taken.all), 'ms', ms(taken.gitAll)),
        figure('status-bytes', bytes(taken.all) / HOSTS, 'bytes', bytes(taken.gitAll) / HOSTS),
        figure('status-commit-one', ms(taken.one), 'ms', ms(taken.gitOne)),
        figure('status-bytes-one', bytes(taken.one), 'bytes', bytes(taken.gitOne)),
      ];
    } finally {
      await thread.close();
      await remote.stop();
    }
  },
};

function host(at: number, state: 'active' | 'failed') {
  return hostStatus(`host-${at}`, state, `c${at % CLUSTERS}`);
}

/** What the push of a branch takes, and what the remote then has more. */
async function pushed(remote: TestRemote, branch: string, push: () => Promise<unknown>): Promise<Pushed> {
  const before = remote.tip(branch);
  const { ms } = await timed(push);
  const known = before === undefined ? [] : [`^${before}`];
  const bytes = remote.git('rev-list', '--objects', '--disk-usage', `refs/heads/${branch}`, ...known);
  return { ms, bytes: Number(bytes) };
}

/** Puts the files that the last status commit changed into the clone, as a person would have edited them. */
async function copyFiles(remote: TestRemote, clone: string): Promise<void> {
  await realGit('-C', clone, 'fetch', '-q', 'origin', BRANCH);
  const names = remote.git('diff', '--name-only', `refs/heads/${BRANCH}~1`, `refs/heads/${BRANCH}`).split('\n');
  await realGit('-C', clone, 'checkout', '-q', 'FETCH_HEAD', '--', ...names);
  // One line more, so that the remote has not seen the blob before.
  for (const name of names) appendFileSync(join(clone, name), '# by git\n');
}

async function byGit(clone: string): Promise<void> {
  const person = ['-c', 'user.name=Bench', '-c', 'user.email=bench@example.org'];
  await realGit('-C', clone, 'add', '--all');
  await realGit('-C', clone, ...person, 'commit', '-q', '-m', 'status');
  await realGit('-C', clone, 'push', '-q', 'origin', 'HEAD:by-git');
}
