import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { BranchWriterOptions } from '../../reconciler/source/git/branch-engine.ts';
import { GitBranchWriter } from '../../reconciler/source/git/branch-writer.ts';
import { GitThread } from '../../reconciler/source/git/git-thread.ts';
import type { BranchCommit, PushResult } from '../../reconciler/source/source.ts';
import { TRANSPORTS, TestRemote } from '../support/git-remote.ts';
import { describeWith } from '../support/real-parts.ts';

const NEVER = new AbortController().signal;
const REF = 'refs/heads/intendant/status';
const STATUS = 'intendant/status';

for (const transport of TRANSPORTS) {
  const parts = transport === 'ssh' ? (['git', 'sshd'] as const) : (['git', 'git-http-backend'] as const);

  describeWith(parts, `a branch writer over ${transport}`, () => {
    let remote: TestRemote;
    let thread: GitThread;
    let writer: GitBranchWriter;

    beforeAll(() => {
      thread = new GitThread();
    });

    afterAll(() => thread.close());

    beforeEach(async () => {
      remote = await TestRemote.start(transport);
      writer = openWriter();
    });

    afterEach(async () => {
      await writer.close();
      await remote.stop();
    });

    function openWriter(options: Partial<BranchWriterOptions> = {}): GitBranchWriter {
      const { url, auth, state } = remote;
      return new GitBranchWriter({ url, auth, folder: state, branch: STATUS, ...options }, thread);
    }

    function push(parent: string | undefined, files: Record<string, string | null>, rest: Partial<BranchCommit> = {}) {
      const author = { name: 'Intendant', email: 'intendant@example.net' };
      const changes = new Map(Object.entries(files));
      const commit = { ref: REF, parent, changes, message: 'status', author, timestamp: 1_700_000_000, ...rest };
      return writer.push(commit, NEVER);
    }

    function pushed(result: PushResult): string {
      if (!result.ok) throw new Error(`${result.reason}: ${result.detail}`);
      return result.commit;
    }

    it('begins the branch with an orphan commit that git finds sound', async () => {
      const before = await writer.tip(REF, NEVER);

      const commit = pushed(await push(undefined, { 'README.md': '# Fleet\n', 'clusters/web/cluster.yaml': 'a: 1\n' }));

      expect(before).toBeUndefined();
      expect(await writer.tip(REF, NEVER)).toBe(commit);
      expect(remote.git('ls-tree', '-r', '--name-only', commit)).toBe('README.md\nclusters/web/cluster.yaml');
      expect(remote.git('log', '-1', '--format=%an|%ae|%at|%P|%s', commit)).toBe(
        'Intendant|intendant@example.net|1700000000||status',
      );
      expect(remote.isSound()).toBe(true);
    });

    it('carries over what is not named and removes folders that become empty', async () => {
      const first = pushed(await push(undefined, { 'a/b/c.yaml': 'c', 'a/d.yaml': 'd', 'e/f.yaml': 'f' }));

      const second = pushed(await push(first, { 'a/b/c.yaml': null, 'e/g.yaml': 'g', 'e/none.yaml': null }));

      expect(remote.git('ls-tree', '-r', '--name-only', second).split('\n')).toEqual([
        'a/d.yaml',
        'e/f.yaml',
        'e/g.yaml',
      ]);
      expect(remote.git('rev-parse', `${second}^`)).toBe(first);
      expect(remote.isSound()).toBe(true);
    });

    it('makes two commits in one second with the same content different', async () => {
      const first = pushed(await push(undefined, { 'a.yaml': 'a' }));

      const second = pushed(await push(first, { 'a.yaml': 'a' }));

      expect(second).not.toBe(first);
      expect(remote.git('rev-list', '--count', STATUS)).toBe('2');
    });

    it('reads and lists a branch that somebody else wrote', async () => {
      remote.commit({ 'fleet.yaml': 'one' }, { branch: STATUS });
      remote.commit({ 'clusters/web/cluster.yaml': 'two', 'fleet.yaml': 'three' }, { branch: STATUS });

      const tip = (await writer.tip(REF, NEVER))!;
      const files = await writer.read(tip, ['fleet.yaml', 'clusters/web/cluster.yaml', 'absent.yaml'], NEVER);
      const list = await writer.list(tip, NEVER);

      expect(Object.fromEntries(files)).toEqual({ 'fleet.yaml': 'three', 'clusters/web/cluster.yaml': 'two' });
      expect([...list.keys()].sort()).toEqual(['clusters/web/cluster.yaml', 'fleet.yaml']);
      expect(list.get('fleet.yaml')).toBe(remote.git('rev-parse', `${tip}:fleet.yaml`));
    });

    it('says moved when somebody pushed in between, and loses nobody’s commit', async () => {
      const first = pushed(await push(undefined, { 'ours.yaml': '1' }));
      const theirs = remote.commit({ 'theirs.yaml': 'x' }, { branch: STATUS, message: 'theirs' });

      const refused = await push(first, { 'ours.yaml': '2' });
      const tip = await writer.tip(REF, NEVER);
      const rebuilt = pushed(await push(tip, { 'ours.yaml': '2' }));

      expect(refused).toMatchObject({ ok: false, reason: 'moved' });
      expect(tip).toBe(theirs);
      expect(remote.git('log', '--format=%H', STATUS).split('\n')).toEqual([rebuilt, theirs, first]);
      expect(remote.git('ls-tree', '-r', '--name-only', rebuilt).split('\n')).toEqual(['ours.yaml', 'theirs.yaml']);
    });

    it('lets two writers race without losing a commit', async () => {
      const rival = openWriter({ folder: join(remote.state, 'rival') });
      const author = { name: 'Rival', email: 'rival@example.net' };
      async function insist(by: GitBranchWriter, name: string, times: number): Promise<string[]> {
        const done: string[] = [];
        while (done.length < times) {
          const parent = await by.tip(REF, NEVER);
          const changes = new Map([[`${name}/${done.length}.yaml`, 'x']]);
          const result = await by.push({ ref: REF, parent, changes, message: name, author, timestamp: 1 }, NEVER);
          if (result.ok) done.push(result.commit);
          else expect(result.reason).toBe('moved');
        }
        return done;
      }

      const commits = await Promise.all([insist(writer, 'one', 4), insist(rival, 'two', 4)]);

      const history = remote.git('log', '--format=%H', STATUS).split('\n');
      expect(history.sort()).toEqual(commits.flat().sort());
      expect(remote.git('ls-tree', '-r', '--name-only', STATUS).split('\n')).toHaveLength(8);
      expect(remote.isSound()).toBe(true);
      await rival.close();
    });

    it('does not begin a branch that exists by now', async () => {
      remote.commit({ 'a.yaml': 'a' }, { branch: STATUS });

      const result = await push(undefined, { 'b.yaml': 'b' });

      expect(result).toMatchObject({ ok: false, reason: 'moved' });
    });

    it('says moved while somebody holds the lock of the branch', async () => {
      const first = pushed(await push(undefined, { 'a.yaml': 'a' }));
      const lock = join(remote.gitDir, `${REF}.lock`);
      writeFileSync(lock, '');

      const contended = await push(first, { 'a.yaml': 'b' });
      rmSync(lock);
      const after = await push(first, { 'a.yaml': 'b' });

      expect(contended).toMatchObject({ ok: false, reason: 'moved' });
      expect(after).toMatchObject({ ok: true });
    });

    it('says refused when another branch stands in the way of the name', async () => {
      remote.commit({ 'a.yaml': 'a' }, { branch: 'intendant' });
      remote.git('pack-refs', '--all');

      const tip = await writer.tip(REF, NEVER);
      const result = await push(tip, { 'a.yaml': 'a' });

      expect(result).toMatchObject({ ok: false, reason: 'refused', detail: expect.stringContaining('in the way') });
    });

    it('pushes on a branch whose ref is packed and whose objects were collected', async () => {
      const first = pushed(await push(undefined, { 'a.yaml': 'a', 'b/c.yaml': 'c' }));
      remote.git('pack-refs', '--all');
      remote.git('gc', '-q', '--prune=now');

      const second = pushed(await push(await writer.tip(REF, NEVER), { 'a.yaml': 'a2' }));

      expect(remote.git('rev-parse', `${second}^`)).toBe(first);
      expect(remote.isSound()).toBe(true);
    });

    it('goes on where the branch stands after its clone was lost', async () => {
      const first = pushed(await push(undefined, { 'a.yaml': 'a', 'b/c.yaml': 'c' }));
      const second = pushed(await push(first, { 'a.yaml': 'a2' }));
      await writer.close();
      rmSync(remote.state, { recursive: true, force: true });
      writer = openWriter();

      const third = pushed(await push(await writer.tip(REF, NEVER), { 'b/d.yaml': 'd' }));

      expect(remote.git('log', '--format=%H', STATUS).split('\n')).toEqual([third, second, first]);
      expect(remote.isSound()).toBe(true);
    });

    it('stays fast and sound over many pushes', async () => {
      let tip: string | undefined;
      for (let turn = 0; turn < 60; turn++) tip = pushed(await push(tip, { [`f/${turn % 7}.yaml`]: String(turn) }));

      const files = await writer.read(tip!, ['f/1.yaml'], NEVER);

      expect(remote.git('rev-list', '--count', STATUS)).toBe('60');
      expect(files.get('f/1.yaml')).toBe('57');
      expect(remote.isSound()).toBe(true);
    });

    it('commits and pushes a thousand changed files', async () => {
      const files = Object.fromEntries(
        Array.from({ length: 1000 }, (_, at) => [
          `clusters/c/hosts/${at % 16}/h${at}.yaml`,
          `host: ${at}\nready: true\n`,
        ]),
      );
      const first = pushed(await push(undefined, files));
      const changed = Object.fromEntries(Object.entries(files).map(([path, text]) => [path, `${text}# again\n`]));

      const second = pushed(await push(first, changed));

      expect(remote.git('diff', '--name-only', first, second).split('\n')).toHaveLength(1000);
      expect(remote.isSound()).toBe(true);
    });

    it('security row 11: writes no other ref than its own branch', async () => {
      const result = push(undefined, { 'a.yaml': 'a' }, { ref: 'refs/heads/main' });

      await expect(result).rejects.toMatchObject({ disposition: 'Bug' });
      expect(remote.tip('main')).toBeUndefined();
    });

    it('security row 11: never writes the branch that holds the configuration', async () => {
      writer = openWriter({ branch: 'main', protectedBranches: ['main'] });

      const result = push(undefined, { 'a.yaml': 'a' }, { ref: 'refs/heads/main' });

      await expect(result).rejects.toMatchObject({ disposition: 'InvalidInput', code: 'GIT_REF_INVALID' });
    });

    it('security row 11: writes no path that leaves the tree', async () => {
      const results = await Promise.allSettled(
        ['../a', '/a', 'a//b', '.git/config', 'a/./b', 'x\ny'].map((path) => push(undefined, { [path]: 'a' })),
      );

      expect(results.map(({ status }) => status)).toEqual(results.map(() => 'rejected'));
      expect(remote.tip(STATUS)).toBeUndefined();
    });

    if (!transport.startsWith('local')) {
      it('says refused with the reason of a hook, free of control characters', async () => {
        const first = pushed(await push(undefined, { 'a.yaml': 'a' }));
        remote.hook('pre-receive', `printf 'branch is \\033[31mfrozen\\033[0m\\n' >&2; exit 1`);

        const result = await push(first, { 'a.yaml': 'b' });

        expect(result).toMatchObject({ ok: false, reason: 'refused' });
        expect((result as { detail: string }).detail).toMatch(/hook declined.*frozen/);
        expect((result as { detail: string }).detail).not.toContain('\u001b');
        expect(remote.tip(STATUS)).toBe(first);
      });

      it('sends only new objects', async () => {
        const files = Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`d${at % 9}/${at}.yaml`, `n: ${at}`]));
        const first = pushed(await push(undefined, files));
        const before = remote.git('count-objects', '-v').match(/^(count|in-pack): (\d+)/gm);

        pushed(await push(first, { 'd1/1.yaml': 'changed' }));

        const counted = (lines: readonly string[] | null): number =>
          (lines ?? []).reduce((sum, line) => sum + Number(line.split(': ')[1]), 0);
        const after = remote.git('count-objects', '-v').match(/^(count|in-pack): (\d+)/gm);
        expect(counted(after) - counted(before)).toBe(4);
      });
    }
  });
}
