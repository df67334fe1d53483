import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { GitSources } from '../../support/git-sources.ts';
import { startGitHttp, type GitHttpServer } from '../../support/git-http.ts';
import { describeWith } from '../../support/real-parts.ts';
import { TestRepo } from '../../support/repo.ts';

const SIGNAL = new AbortController().signal;
const COMMITS = 40;
const PAIRS = 40;

describeWith(['git', 'git-http-backend'], 'where two commits part', () => {
  let folder: string;
  let repo: TestRepo;
  let server: GitHttpServer;
  let sources: GitSources;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'intendant-fork-point-'));
    sources = new GitSources(folder);
    repo = await TestRepo.create(join(folder, 'git'));
    server = await startGitHttp(dirname(repo.bare));
  });
  afterAll(async () => {
    await sources.close();
    await server.close();
    rmSync(folder, { recursive: true });
  });

  const commit = async (tree: string, message: string, ...parents: string[]): Promise<string> =>
    repo.git('commit-tree', tree, '-m', message, ...parents.flatMap((parent) => ['-p', parent]));

  it('is where git says, in any history', async () => {
    const first = await repo.push({ 'a.yaml': 'a: 1\n' }, 'first');
    const tree = await repo.git('rev-parse', `${first}^{tree}`);
    // The same histories each time: what is found must be found again.
    let seed = 7;
    const below = (limit: number): number => (seed = (seed * 48271) % 0x7fffffff) % limit;
    const commits = [first, await commit(tree, 'an unrelated root')];
    for (let at = 0; at < COMMITS; at++) {
      const recent = commits.slice(-8);
      const parents = new Set([
        recent[below(recent.length)]!,
        ...(below(3) === 0 ? [commits[below(commits.length)]!] : []),
      ]);
      commits.push(await commit(tree, `commit ${at}`, ...parents));
    }
    const source = sources.open('in-place', repo.bare);
    const unrelated: [string, string] = [commits[0]!, commits[1]!];
    const some = (): string => commits[below(commits.length)]!;
    const pairs = [unrelated, ...Array.from({ length: PAIRS }, (): [string, string] => [some(), some()])];

    const found: (string | undefined)[] = [];
    for (const [a, b] of pairs) found.push(await source.forkPoint(a, b, SIGNAL));

    const bases = await Promise.all(
      pairs.map(async ([a, b]) => (await repo.git('merge-base', '--all', a, b).catch(() => '')).split('\n')),
    );
    expect(found.map((one, at) => bases[at]!.includes(one ?? ''))).toEqual(pairs.map(() => true));
    expect(found.filter((one) => one !== undefined).length).toBeGreaterThan(PAIRS / 2);
    expect(found[0]).toBeUndefined();
  });

  it('is found by a clone that begins with the tips alone, across a server', async () => {
    const fork = await repo.push({ 'b.yaml': 'b: 1\n' }, 'before they part');
    const branch = await repo.pushBranch('behind', { 'c.yaml': 'c: 1\n' }, 'a branch');
    let tip = '';
    for (let at = 0; at < 5; at++) tip = await repo.push({ 'b.yaml': `b: ${at + 2}\n` }, `main goes on ${at}`);
    const source = sources.open('shallow', `${server.url}/${basename(repo.bare)}`);
    await source.fetch(tip, undefined, SIGNAL);
    await source.bringBeside(branch, SIGNAL);

    const found = await source.forkPoint(branch, tip, SIGNAL);

    expect(found).toBe(fork);
  });
});
