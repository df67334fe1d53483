import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../../reconciler/model/clock.ts';
import type { IntendantError } from '../../reconciler/model/errors.ts';
import { GitBranchWriter } from '../../reconciler/source/git/branch-writer.ts';
import { GitThread } from '../../reconciler/source/git/git-thread.ts';
import type { BranchWriter } from '../../reconciler/source/source.ts';
import { StatusWriter } from '../../reconciler/status/status-writer.ts';
import { StatusBranchView } from '../../reconciler/view/status-branch-view.ts';
import { eventually } from '../support/eventually.ts';
import { TestRemote, TRANSPORTS } from '../support/git-remote.ts';
import { describeWith } from '../support/real-parts.ts';
import { clusterStatus, FakeSource, hostStatus } from '../support/statuses.ts';

const BRANCH = 'intendant/status';
const REF = `refs/heads/${BRANCH}`;

describeWith(['git', 'git-http-backend', 'sshd'], 'the status branch in a real repository', () => {
  const thread = new GitThread();
  const open: TestRemote[] = [];
  let stop: AbortController;
  let runs: Promise<unknown>[];
  let troubles: (IntendantError | undefined)[];
  let source: FakeSource;

  beforeEach(() => {
    stop = new AbortController();
    runs = [];
    troubles = [];
    source = new FakeSource([
      clusterStatus('web', 2, 0),
      hostStatus('web-1', 'active', 'web'),
      hostStatus('web-2', 'active', 'web'),
    ]);
  });

  afterEach(async () => {
    stop.abort();
    await Promise.allSettled(runs);
    for (const remote of open.splice(0)) await remote.stop();
  });

  afterAll(() => thread.close());

  async function remoteOver(transport: (typeof TRANSPORTS)[number]): Promise<TestRemote> {
    const remote = await TestRemote.start(transport);
    open.push(remote);
    remote.commit({ 'README.md': 'configuration\n' });
    return remote;
  }

  function branchOf(remote: TestRemote): BranchWriter {
    return new GitBranchWriter({ url: remote.url, auth: remote.auth, folder: remote.state, branch: BRANCH }, thread);
  }

  function writerOn(remote: TestRemote): StatusWriter {
    return new StatusWriter({
      branch: branchOf(remote),
      ref: REF,
      source,
      clock: systemClock,
      random: Math.random,
      log: { info: () => undefined, warn: () => undefined },
      version: '0.1.0',
      author: { name: 'Intendant', email: 'intendant@localhost' },
      windowMs: 20,
      onTrouble: (error) => troubles.push(error),
    });
  }

  it.each(TRANSPORTS)('is written and read back over %s', async (transport) => {
    const remote = await remoteOver(transport);
    const status = writerOn(remote);

    await status.flush(stop.signal, { tries: 1 });
    status.touch(source.put(hostStatus('web-1', 'failed', 'web')));
    await status.flush(stop.signal, { tries: 1 });

    const view = new StatusBranchView({ branch: branchOf(remote), ref: REF });
    expect(new Map((await view.list(undefined, stop.signal)).map((object) => [object.key, object]))).toEqual(
      source.statuses,
    );
    expect(remote.git('log', '--format=%s%n%(trailers:key=Intendant-Revision,valueonly)', '-1', BRANCH)).toBe(
      `Host/web-1: active → failed (ConnectTimeout)\n${`main@sha1:${source.revision()!.accepted}`}`,
    );
    expect(remote.git('rev-list', '--count', BRANCH)).toBe('2');
    expect(remote.isSound()).toBe(true);
  });

  it('never loses a commit of somebody who pushes at the same time, and never forces', async () => {
    const remote = await remoteOver('http');
    const status = writerOn(remote);
    await status.flush(stop.signal, { tries: 1 });
    const run = status.run(stop.signal);
    run.catch(() => undefined);
    runs.push(run);
    remote.git('config', 'receive.denyDeletes', 'true');

    const pushed: string[] = [];
    for (let index = 0; index < 15; index += 1) {
      status.touch(source.put(hostStatus(`new-${index}`, 'active', 'web')));
      pushed.push(pushByHand(remote, `others/${index}.txt`));
    }
    await status.flush(stop.signal, { tries: 1 });

    const history = remote.git('rev-list', BRANCH).split('\n');
    expect(pushed.every((commit) => history.includes(commit))).toBe(true);
    expect(remote.git('ls-tree', '--name-only', `${BRANCH}:others`).split('\n')).toHaveLength(15);
    const files = remote.git('ls-tree', '-r', '--name-only', BRANCH).split('\n');
    for (let index = 0; index < 15; index += 1)
      expect(files.some((path) => path.endsWith(`/new-${index}.yaml`))).toBe(true);
    expect(remote.git('rev-list', '--count', 'main')).toBe('1');
    expect(troubles).toEqual([]);
    expect(remote.isSound()).toBe(true);
  });

  it('says what the remote says while it refuses, and recovers', async () => {
    const remote = await remoteOver('http');
    remote.hook('pre-receive', 'echo "the branch is protected" >&2; exit 1');
    const status = writerOn(remote);
    const run = status.run(stop.signal);
    run.catch(() => undefined);
    runs.push(run);

    const first = await eventually(() => troubles[0]);
    remote.hook('pre-receive', 'exit 0');
    await eventually(() => status.lastPushed());

    expect(first.message).toMatch(/^The remote refused the status commit: /);
    expect(troubles.at(-1)).toBeUndefined();
    expect(remote.git('rev-list', '--count', BRANCH)).toBe('1');
  });

  it('pushes 1,000 transitions in one commit, in less than a second and 500 bytes each', async () => {
    const remote = await remoteOver('http');
    const names = Array.from({ length: 1000 }, (_, index) => `web-${index}`);
    for (const name of names) source.put(hostStatus(name, 'active', 'web'));
    const status = writerOn(remote);
    await status.flush(stop.signal, { tries: 1 });
    const before = storedBytes(remote);

    for (const name of names) status.touch(source.put(hostStatus(name, 'failed', 'web')));
    const started = performance.now();
    await status.flush(stop.signal, { tries: 1 });
    const tookMs = performance.now() - started;

    process.stdout.write(
      `1,000 transitions: ${Math.round(tookMs)} ms, ${(storedBytes(remote) - before) / 1000} bytes each\n`,
    );
    expect(remote.git('rev-list', '--count', BRANCH)).toBe('2');
    expect(storedBytes(remote) - before).toBeLessThan(500_000);
    // Ten times the goal: a loaded machine must not fail it; the benchmark measures the goal itself.
    expect(tookMs).toBeLessThan(10_000);
  });
});

/** Bytes of all objects as git has stored them. */
function storedBytes(remote: TestRemote): number {
  return remote
    .git('cat-file', '--batch-all-objects', '--batch-check=%(objectsize:disk)')
    .split('\n')
    .reduce((sum, size) => sum + Number(size), 0);
}

/** Clones, commits a file and pushes, again and again until the push is taken. Gives the commit. */
function pushByHand(remote: TestRemote, path: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'pusher-'));
  const env = { ...process.env, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' };
  const git = (...args: string[]): string =>
    execFileSync('git', ['-C', folder, '-c', 'user.name=Somebody', '-c', 'user.email=somebody@example.com', ...args], {
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  try {
    git('clone', '-q', '--branch', BRANCH, remote.gitDir, '.');
    git('checkout', '-q', '-b', 'mine');
    execFileSync('mkdir', ['-p', join(folder, 'others')]);
    writeFileSync(join(folder, path), path);
    git('add', '--', path);
    git('commit', '-q', '-m', `add ${path}`);
    for (let attempt = 0; attempt < 50; attempt += 1) {
      try {
        git('push', '-q', 'origin', `mine:${BRANCH}`);
        return git('rev-parse', 'mine');
      } catch {
        git('fetch', '-q', 'origin', BRANCH);
        git('rebase', '-q', 'FETCH_HEAD');
      }
    }
    throw new Error('could not push');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
