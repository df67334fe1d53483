import fs from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import git from 'isomorphic-git';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DemoRepository } from '../../../cli/demo/repository.ts';
import { findClone, LocalClone } from '../../../cli/local-clone.ts';
import { readRepositoryAt } from '../../../cli/read-repository.ts';
import { starterFiles } from '../../../cli/starter/files.ts';

let folder: string;
let gitdir: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'intendant-clone-'));
  gitdir = join(folder, '.git');
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('findClone', () => {
  it('finds the git folder above, and nothing outside a clone', async () => {
    await DemoRepository.create(gitdir, new Map([['a/b.yaml', 'x']]), 'One');
    fs.mkdirSync(join(folder, 'a'));

    expect(await findClone(join(folder, 'a'))).toBe(gitdir);
    expect(await findClone(tmpdir())).toBeUndefined();
  });
});

describe('LocalClone', () => {
  it('prefers what was last fetched from origin over its own branch', async () => {
    const repository = await DemoRepository.create(gitdir, new Map([['a.yaml', 'one']]), 'One');
    const first = (await repository.newest('main'))!.oid;
    const second = await repository.push(new Map([['a.yaml', 'two']]), 'Two');
    const clone = new LocalClone(gitdir);

    expect(await clone.tip('refs/heads/main')).toBe(second);
    await git.writeRef({ fs, gitdir, ref: 'refs/remotes/origin/main', value: first });
    expect(await clone.tip('refs/heads/main')).toBe(first);
    expect(await clone.tip('refs/heads/intendant/status')).toBeUndefined();
  });

  it('reads the files of a commit by path, and leaves out those that are not there', async () => {
    const files = new Map([
      ['a.yaml', 'one'],
      ['b/c.yaml', 'two'],
    ]);
    const repository = await DemoRepository.create(gitdir, files, 'One');
    const { oid } = (await repository.newest('main'))!;
    const clone = new LocalClone(gitdir);

    expect(await clone.read(oid, ['b/c.yaml', 'none.yaml'])).toEqual(new Map([['b/c.yaml', 'two']]));
    expect([...(await clone.list(oid)).keys()].sort()).toEqual(['a.yaml', 'b/c.yaml']);
  });

  it('knows commits by what a person calls them', async () => {
    const repository = await DemoRepository.create(gitdir, new Map([['a.yaml', 'one']]), 'One');
    const first = (await repository.newest('main'))!.oid;
    const second = await repository.push(new Map([['a.yaml', 'two']]), 'Two');
    await git.annotatedTag({
      fs,
      gitdir,
      ref: 'v1',
      object: first,
      message: 'v1',
      tagger: { name: 'A', email: 'a@b' },
    });
    await git.writeRef({ fs, gitdir, ref: 'refs/remotes/origin/proposal', value: first });
    const clone = new LocalClone(gitdir);

    const names = ['main', 'HEAD', 'refs/heads/main', 'origin/proposal', 'proposal', 'v1', second, second.slice(0, 8)];
    const found = await Promise.all([...names, 'main~1', 'HEAD^', 'main~'].map((name) => clone.commitOf(name)));

    expect(found).toEqual([second, second, second, first, first, first, second, second, first, first, first]);
  });

  it.each(['nowhere', 'main~2', 'v9', '~1', 'ffffffff', 'f'.repeat(40), '../../etc/passwd', 'main:a.yaml'])(
    'knows no commit that is called %s',
    async (name) => {
      const repository = await DemoRepository.create(gitdir, new Map([['a.yaml', 'one']]), 'One');
      await repository.push(new Map([['a.yaml', 'two']]), 'Two');

      expect(await new LocalClone(gitdir).commitOf(name)).toBeUndefined();
    },
  );

  it('is never written', () => {
    expect(() => new LocalClone(gitdir).push()).toThrow(/never written/);
  });
});

describe('readRepositoryAt', () => {
  it('reads the repository as it was at a commit, from the folder that is asked for', async () => {
    const files = new Map(starterFiles('prod').map(({ path, content }) => [`fleets/${path}`, content]));
    const repository = await DemoRepository.create(gitdir, files, 'One');
    const { oid } = (await repository.newest('main'))!;
    fs.mkdirSync(join(folder, 'fleets'));

    const found = await readRepositoryAt(join(folder, 'fleets'), oid, new AbortController().signal);

    expect(found?.inventory.keys()).toEqual(['Cluster/web', 'Fleet/prod', 'Host/web-1', 'Host/web-2']);
  });

  it('knows nothing of a commit that the clone does not have', async () => {
    await DemoRepository.create(gitdir, new Map([['a.yaml', 'x']]), 'One');

    expect(await readRepositoryAt(folder, 'f'.repeat(40), new AbortController().signal)).toBeUndefined();
  });
});
