import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { documentOrigins } from '../../reconciler/source/document-origins.ts';
import { DocumentParser } from '../../reconciler/source/documents/document-parser.ts';
import { GitConfigSource } from '../../reconciler/source/git/config-source.ts';
import { GitThread } from '../../reconciler/source/git/git-thread.ts';
import { systemClock } from '../../reconciler/model/clock.ts';
import { startGitHttp, type GitHttpServer } from '../support/git-http.ts';
import { describeWith } from '../support/real-parts.ts';

const NEVER = new AbortController().signal;
const DIGEST = 'd'.repeat(64);
const FILE = 'ops/op.yaml';

function operation(script: string, digest?: string): string {
  const approval = digest === undefined ? '' : `\n  approval: { digest: ${digest} }`;
  return `apiVersion: intendant/v1\nkind: Operation\nmetadata: { name: op }\nspec:\n  type: run\n  target: { cluster: web }\n  script: ${script}${approval}\n`;
}

describeWith(['git', 'git-http-backend'], 'who made what a document says', () => {
  let folder: string;
  let tree: string;
  let server: GitHttpServer;
  let thread: GitThread;
  let sources: GitConfigSource[];
  let parser: DocumentParser;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'approval-history-'));
    tree = join(folder, 'fleet');
    execFileSync('git', ['init', '-q', '-b', 'main', tree]);
    server = await startGitHttp(folder);
    thread = new GitThread();
    sources = [];
    parser = new DocumentParser({ cacheFolder: join(folder, 'cache'), clock: systemClock, onProblem: () => undefined });
  });
  afterEach(async () => {
    for (const source of sources) await source.close();
    await parser.close();
    await thread.close();
    await server.close();
    rmSync(folder, { recursive: true });
  });

  function git(...args: string[]): string {
    return execFileSync('git', ['-C', tree, ...args], { encoding: 'utf8' }).trim();
  }

  /** Commits as somebody; answers with the commit. */
  function commit(who: string, files: Record<string, string | null>, ...args: string[]): string {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(tree, path)), { recursive: true });
      if (content === null) rmSync(join(tree, path));
      else writeFileSync(join(tree, path), content);
    }
    git('add', '--all');
    const identity = ['-c', `user.name=${who}`, '-c', `user.email=${who}@example.org`];
    execFileSync('git', ['-C', tree, ...identity, 'commit', '-q', '--allow-empty', '-m', who, ...args]);
    return git('rev-parse', 'HEAD');
  }

  function merge(who: string, branch: string, ...args: string[]): string {
    const identity = ['-c', `user.name=${who}`, '-c', `user.email=${who}@example.org`];
    execFileSync('git', ['-C', tree, ...identity, 'merge', '-q', '--no-ff', '-m', 'merge', ...args, branch]);
    return git('rev-parse', 'HEAD');
  }

  function open(url = tree): GitConfigSource {
    const state = join(folder, `state-${sources.length}`);
    const source = new GitConfigSource({ url, folder: state, branch: 'main', path: '' }, thread, parser);
    sources.push(source);
    return source;
  }

  async function approvedBy(tip: string, { source = open(), file = FILE } = {}): Promise<string[]> {
    const place = { kind: 'Operation', name: 'op', commit: tip, file };
    const holds = (spec: object): boolean => (spec as { approval?: { digest?: string } }).approval?.digest === DIGEST;
    const origins = await documentOrigins(source, place, holds, NEVER);
    return origins.map(({ author }) => author.name).sort();
  }

  it('is the commit in which it appeared, whatever came after it', async () => {
    commit('alice', { [FILE]: operation('a') });
    commit('bob', { [FILE]: operation('a', DIGEST) });
    commit('carol', { [FILE]: `# a comment\n${operation('a', DIGEST)}`, 'other.yaml': '' });
    const tip = commit('dora', { 'other.yaml': 'x' });

    expect(await approvedBy(tip)).toEqual(['bob']);
  });

  it('is the last commit in which it appeared, when it was withdrawn in between', async () => {
    commit('bob', { [FILE]: operation('a', DIGEST) });
    commit('bob', { [FILE]: operation('a') });
    const tip = commit('alice', { [FILE]: operation('a', DIGEST) });

    expect(await approvedBy(tip)).toEqual(['alice']);
  });

  it('is the commit on the branch, and not the merge that brought it', async () => {
    commit('alice', { [FILE]: operation('a') });
    git('checkout', '-q', '-b', 'approve');
    commit('bob', { [FILE]: operation('a', DIGEST) });
    git('checkout', '-q', 'main');
    commit('carol', { 'other.yaml': 'x' });

    expect(await approvedBy(merge('dora', 'approve'))).toEqual(['bob']);
  });

  it('is the merge itself, when only there it appeared', async () => {
    commit('alice', { [FILE]: operation('a') });
    git('checkout', '-q', '-b', 'branch');
    commit('bob', { 'one.yaml': 'x' });
    git('checkout', '-q', 'main');
    commit('carol', { 'other.yaml': 'x' });
    merge('mallory', 'branch', '--no-commit');
    const tip = commit('mallory', { [FILE]: operation('a', DIGEST) });

    expect(git('rev-list', '--parents', '-n1', tip).split(' ')).toHaveLength(3);
    expect(await approvedBy(tip)).toEqual(['mallory']);
  });

  it('is every commit in which it appeared, when branches that both have it were joined', async () => {
    commit('alice', { [FILE]: operation('a') });
    git('checkout', '-q', '-b', 'branch');
    commit('bob', { [FILE]: `# bob\n${operation('a', DIGEST)}` });
    git('checkout', '-q', 'main');
    commit('carol', { [FILE]: `# carol\n${operation('a', DIGEST)}` });
    merge('dora', 'branch', '-s', 'ours', '--no-commit');
    const tip = commit('dora', { [FILE]: `# both\n${operation('a', DIGEST)}` });

    expect(await approvedBy(tip)).toEqual(['bob', 'carol']);
  });

  it('is followed into the file that the document was moved from', async () => {
    commit('alice', { [FILE]: operation('a') });
    commit('bob', { [FILE]: operation('a', DIGEST) });
    const tip = commit('mallory', { [FILE]: null, 'elsewhere/all.yaml': `# moved\n${operation('a', DIGEST)}` });

    expect(await approvedBy(tip, { file: 'elsewhere/all.yaml' })).toEqual(['bob']);
  });

  it('is read from the whole history, which a clone of the tip alone fetches then', async () => {
    commit('alice', { [FILE]: operation('a') });
    commit('bob', { [FILE]: operation('a', DIGEST) });
    const tip = commit('carol', { 'other.yaml': 'x' });
    const source = open(`${server.url}/fleet/.git`);
    await source.fetch(tip, undefined, NEVER);

    await expect(approvedBy(tip, { source })).rejects.toMatchObject({ code: 'HISTORY_MISSING' });
    await source.deepen(tip, NEVER);

    expect(await approvedBy(tip, { source })).toEqual(['bob']);
    await source.deepen(tip, NEVER);
    const next = commit('dora', { 'other.yaml': 'y' });
    await source.fetch(next, tip, NEVER);
    expect(await approvedBy(next, { source })).toEqual(['bob']);
  });

  it('is not told of a document that is another at the commit', async () => {
    const tip = commit('alice', { [FILE]: operation('a') });

    await expect(approvedBy(tip)).rejects.toMatchObject({ code: 'DOCUMENT_DIFFERS' });
  });
});
