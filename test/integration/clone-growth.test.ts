import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { BranchEngine } from '../../reconciler/source/git/branch-engine.ts';
import { ConfigEngine } from '../../reconciler/source/git/config-engine.ts';
import { TestRemote } from '../support/git-remote.ts';
import { describeWith } from '../support/real-parts.ts';

/** Short: 60 fetches, which is past the merging of packs. `INTENDANT_FETCHES=500` makes it long. */
const FETCHES = Number(process.env.INTENDANT_FETCHES ?? 60);
const limits = { timeout: 60_000 + FETCHES * 2000 };
const never = new AbortController().signal;
const ref = 'refs/heads/intendant/status';
const author = { name: 'Intendant', email: 'intendant@f.invalid' };

function kilobytes(folder: string): number {
  return Number(execFileSync('du', ['-sk', folder], { encoding: 'utf8' }).split('\t')[0]);
}

describeWith(['git', 'git-http-backend'], 'our clones', () => {
  let remote: TestRemote;

  beforeEach(async () => {
    remote = await TestRemote.start('http');
  });
  afterEach(() => remote.stop());

  it('of the config branch stays small over many fetches, and reads the first commit still', limits, async () => {
    const folder = join(remote.state, 'config');
    const first = remote.commit({ 'a.yaml': 'n: 0\n' });
    const engine = await ConfigEngine.open({ url: remote.url, auth: {}, folder, branch: 'main', path: '' });
    await engine.fetch(first, undefined, never);

    let accepted = first;
    for (let n = 1; n <= FETCHES; n += 1) {
      const next = remote.commit({ 'a.yaml': `n: ${n}\n` });
      await engine.fetch(next, accepted, never);
      accepted = next;
    }
    const packs = readdirSync(join(folder, 'clone.git/objects/pack')).filter((name) => name.endsWith('.pack'));
    const changed = (await engine.diff(first, accepted)).changed.map(({ path }) => path);
    engine.close();

    expect(packs.length).toBeLessThanOrEqual(50);
    expect(kilobytes(folder)).toBeLessThan(1000);
    expect(changed).toEqual(['a.yaml']);
  });

  it('of the status branch is made anew when it has grown, and pushes go on from the tip', limits, async () => {
    const folder = join(remote.state, 'status');
    mkdirSync(join(folder, 'clone.git.00ff.set-aside'), { recursive: true }); // left by a crash
    const options = { url: remote.url, auth: {}, folder, branch: 'intendant/status', renewAboveBytes: 10_000 };
    const engine = await BranchEngine.open(options);
    const sizes: number[] = [];

    let parent: string | undefined;
    for (let n = 0; n < 24; n += 1) {
      const noise = Array.from({ length: 60 }, (_, at) => `${Math.sin(n * 100 + at)}`).join('\n');
      const changes = new Map([[`hosts/${n}.yaml`, noise]]);
      const pushed = await engine.push({ ref, parent, changes, message: `${n}`, author, timestamp: n }, never);
      parent = pushed.ok ? pushed.commit : undefined;
      sizes.push(kilobytes(folder));
    }
    const files = await engine.list(parent!, never);
    engine.close();

    expect(files.size).toBe(24);
    expect(remote.git('rev-list', '--count', ref)).toBe('24');
    expect(readdirSync(folder)).toEqual(['clone.git']);
    expect(sizes.some((size, at) => at > 0 && size < sizes[at - 1]!)).toBe(true);
  });
});
