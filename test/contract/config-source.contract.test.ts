import { rmSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Blob, DocumentParser } from '../../reconciler/source/git/config-source.ts';
import { GitConfigSource } from '../../reconciler/source/git/config-source.ts';
import type { ConfigSourceOptions } from '../../reconciler/source/git/config-engine.ts';
import { GitThread } from '../../reconciler/source/git/git-thread.ts';
import type { ParsedFile } from '../../reconciler/source/source.ts';
import { eventually } from '../support/eventually.ts';
import { TRANSPORTS, TestRemote } from '../support/git-remote.ts';
import { describeWith } from '../support/real-parts.ts';

/** Makes a "document" of every blob whose spec is its text, and remembers what it was asked. */
class RecordingParser implements DocumentParser {
  readonly parsed: string[] = [];
  readonly cached = new Map<string, ParsedFile>();
  largestMessage = 0;

  async *parseThrough(
    oids: readonly string[],
    read: (missing: string[]) => AsyncIterable<readonly Blob[]>,
  ): AsyncGenerator<ParsedFile[]> {
    const known = oids.flatMap((oid) => this.cached.get(oid) ?? []);
    if (known.length > 0) yield known;
    const missing = oids.filter((oid) => !this.cached.has(oid));
    if (missing.length === 0) return;
    for await (const batch of read(missing)) {
      this.largestMessage = Math.max(this.largestMessage, batch.length);
      const files = batch.map(({ oid, bytes }) => fileOf(oid, Buffer.from(bytes).toString('utf8')));
      this.parsed.push(...batch.map(({ oid }) => oid));
      for (const file of files) this.cached.set(file.oid, file);
      yield files;
    }
  }
}

function fileOf(oid: string, text: string): ParsedFile {
  const document = { apiVersion: 'intendant/v1', kind: 'Host', name: oid, digest: oid, line: 1, positions: {} };
  return { oid, documents: [{ ...document, spec: { text }, valid: true }], diagnostics: [] };
}

const NEVER = new AbortController().signal;

for (const transport of TRANSPORTS) {
  const parts = transport === 'ssh' ? (['git', 'sshd'] as const) : (['git', 'git-http-backend'] as const);

  describeWith(parts, `a config source over ${transport}`, () => {
    let remote: TestRemote;
    let thread: GitThread;
    let parser: RecordingParser;
    let source: GitConfigSource;

    beforeAll(() => {
      thread = new GitThread();
    });

    afterAll(() => thread.close());

    beforeEach(async () => {
      remote = await TestRemote.start(transport);
      parser = new RecordingParser();
      source = openSource();
    });

    afterEach(async () => {
      await source.close();
      await remote.stop();
    });

    function openSource(options: Partial<ConfigSourceOptions> = {}): GitConfigSource {
      const { url, auth, state } = remote;
      return new GitConfigSource({ url, auth, folder: state, branch: 'main', path: '', ...options }, thread, parser);
    }

    async function texts(oids: string[]): Promise<string[]> {
      const found: string[] = [];
      for await (const files of source.parse(oids, NEVER)) {
        found.push(...files.flatMap((file) => file.documents.map((document) => document.spec['text'] as string)));
      }
      return found.sort();
    }

    it('has no tip where the branch does not exist', async () => {
      const tip = await source.tip(NEVER);

      expect(tip).toBeUndefined();
    });

    it('reads every document of a first commit', async () => {
      const commit = remote.commit({ 'hosts/a.yaml': 'A', 'hosts/deep/b.yml': 'B', 'README.md': 'not a document' });

      const tip = await source.tip(NEVER);
      await source.fetch(commit, undefined, NEVER);
      const diff = await source.diff(undefined, commit, NEVER);
      const read = await texts(diff.changed.map(({ oid }) => oid));

      expect(tip).toBe(commit);
      expect(diff.changed.map(({ path }) => path)).toEqual(['hosts/a.yaml', 'hosts/deep/b.yml']);
      expect(diff.removed).toEqual([]);
      expect(read).toEqual(['A', 'B']);
    });

    it('finds only what changed between two commits', async () => {
      const first = remote.commit({ 'a.yaml': 'A', 'b.yaml': 'B', 'sub/c.yaml': 'C' });
      await source.tip(NEVER);
      await source.fetch(first, undefined, NEVER);
      const second = remote.commit({ 'a.yaml': 'A2', 'b.yaml': null, 'sub/d.yaml': 'D' });

      await source.fetch(second, first, NEVER);
      const diff = await source.diff(first, second, NEVER);

      expect(diff.changed.map(({ path }) => path)).toEqual(['a.yaml', 'sub/d.yaml']);
      expect(diff.removed).toEqual(['b.yaml']);
      expect(await texts(diff.changed.map(({ oid }) => oid))).toEqual(['A2', 'D']);
    });

    it('reads below the configured path only and names files from the root', async () => {
      source = openSource({ path: 'fleet/prod' });
      const commit = remote.commit({ 'fleet/prod/a.yaml': 'A', 'fleet/test/b.yaml': 'B', 'c.yaml': 'C' });

      await source.tip(NEVER);
      await source.fetch(commit, undefined, NEVER);
      const diff = await source.diff(undefined, commit, NEVER);

      expect(diff.changed.map(({ path }) => path)).toEqual(['fleet/prod/a.yaml']);
    });

    it('removes nothing when the configured folder is gone', async () => {
      source = openSource({ path: 'fleet' });
      const first = remote.commit({ 'fleet/a.yaml': 'A', 'b.yaml': 'B' });
      await source.tip(NEVER);
      await source.fetch(first, undefined, NEVER);
      const second = remote.commit({ 'fleet/a.yaml': null });
      await source.fetch(second, first, NEVER);

      const diff = source.diff(first, second, NEVER);

      await expect(diff).rejects.toMatchObject({ disposition: 'InvalidInput', code: 'GIT_PATH_MISSING' });
    });

    it('refuses a tip that does not descend from the accepted commit', async () => {
      const base = remote.commit({ 'a.yaml': 'A' });
      const accepted = remote.commit({ 'a.yaml': 'A2' });
      await source.tip(NEVER);
      await source.fetch(accepted, undefined, NEVER);
      const rewritten = remote.commit({ 'a.yaml': 'A3' }, { from: base });

      await source.tip(NEVER);
      const fetched = source.fetch(rewritten, accepted, NEVER);

      await expect(fetched).rejects.toMatchObject({ disposition: 'InvalidInput', code: 'NON_FAST_FORWARD' });
    });

    it('refuses a branch that was set back to an older commit', async () => {
      const older = remote.commit({ 'a.yaml': 'A' });
      const accepted = remote.commit({ 'a.yaml': 'A2' });
      await source.tip(NEVER);
      await source.fetch(accepted, undefined, NEVER);
      remote.git('update-ref', 'refs/heads/main', older);

      await source.tip(NEVER);
      const fetched = source.fetch(older, accepted, NEVER);

      await expect(fetched).rejects.toMatchObject({ code: 'NON_FAST_FORWARD' });
    });

    it('takes a rewritten tip that acceptRevision names, and goes on from there', async () => {
      const accepted = remote.commit({ 'a.yaml': 'A' });
      await source.tip(NEVER);
      await source.fetch(accepted, undefined, NEVER);
      const rewritten = remote.commit({ 'b.yaml': 'B' }, { from: null });
      source = openSource({ acceptRevision: rewritten });

      await source.tip(NEVER);
      await source.fetch(rewritten, accepted, NEVER);
      const diff = await source.diff(accepted, rewritten, NEVER);
      const next = remote.commit({ 'c.yaml': 'C' });
      await source.tip(NEVER);
      await source.fetch(next, rewritten, NEVER);
      const onwards = await source.diff(rewritten, next, NEVER);

      expect(diff.removed).toEqual(['a.yaml']);
      expect(onwards.changed.map(({ path }) => path)).toEqual(['c.yaml']);
    });

    it('finds the accepted commit again after the clone was lost', async () => {
      const accepted = remote.commit({ 'a.yaml': 'A', 'b.yaml': 'B' });
      await source.tip(NEVER);
      await source.fetch(accepted, undefined, NEVER);
      for (let change = 0; change < 5; change++) remote.commit({ 'a.yaml': `A${change}` });
      const tip = remote.tip()!;
      await source.close();
      rmSync(remote.state, { recursive: true, force: true });
      source = openSource();

      await source.tip(NEVER);
      await source.fetch(tip, accepted, NEVER);
      const diff = await source.diff(accepted, tip, NEVER);

      expect(diff.changed.map(({ path }) => path)).toEqual(['a.yaml']);
    });

    it('refuses a stranger of a tip also after the clone was lost', async () => {
      const accepted = remote.commit({ 'a.yaml': 'A' });
      await source.tip(NEVER);
      await source.fetch(accepted, undefined, NEVER);
      const rewritten = remote.commit({ 'b.yaml': 'B' }, { from: null });
      await source.close();
      rmSync(remote.state, { recursive: true, force: true });
      source = openSource();

      await source.tip(NEVER);
      const fetched = source.fetch(rewritten, accepted, NEVER);

      await expect(fetched).rejects.toMatchObject({ code: 'NON_FAST_FORWARD' });
    });

    it('goes on after the remote packed its refs and collected garbage', async () => {
      const first = remote.commit({ 'a.yaml': 'A' });
      await source.tip(NEVER);
      await source.fetch(first, undefined, NEVER);
      const second = remote.commit({ 'b.yaml': 'B' });
      remote.git('pack-refs', '--all');
      remote.git('gc', '-q', '--prune=now');

      const tip = await source.tip(NEVER);
      await source.fetch(second, first, NEVER);
      const diff = await source.diff(first, second, NEVER);

      expect(tip).toBe(second);
      expect(await texts(diff.changed.map(({ oid }) => oid))).toEqual(['B']);
    });

    it('says author, parents and message of a commit', async () => {
      const first = remote.commit({ 'a.yaml': 'A' });
      const second = remote.commit({ 'a.yaml': 'A2' }, { message: 'Restart the web hosts\n\nsince they leak' });
      await source.tip(NEVER);
      await source.fetch(second, undefined, NEVER);

      const info = await source.commitInfo(second, NEVER);

      expect(info.parents).toEqual([first]);
      expect(info.author).toEqual({ name: 'Tess Ter', email: 'tess@example.net', timestamp: 1_700_000_000 });
      expect(info.message).toContain('since they leak');
    });

    it('reads many documents, packed with deltas, in messages of at most 200', async () => {
      const files = Object.fromEntries(
        Array.from({ length: 450 }, (_, at) => [`hosts/h${at}.yaml`, `${'same text\n'.repeat(20)}${at}`]),
      );
      const commit = remote.commit(files);
      remote.git('gc', '-q', '--aggressive', '--prune=now');
      await source.tip(NEVER);
      await source.fetch(commit, undefined, NEVER);

      const diff = await source.diff(undefined, commit, NEVER);
      const read = await texts(diff.changed.map(({ oid }) => oid));

      expect(read).toEqual(Object.values(files).sort());
      expect(parser.largestMessage).toBe(200);
    });

    it('asks the parser only for what is not cached', async () => {
      const commit = remote.commit({ 'a.yaml': 'A', 'b.yaml': 'B' });
      await source.tip(NEVER);
      await source.fetch(commit, undefined, NEVER);
      const { changed } = await source.diff(undefined, commit, NEVER);
      await texts([changed[0]!.oid]);

      const read = await texts(changed.map(({ oid }) => oid));

      expect(read).toEqual(['A', 'B']);
      expect(parser.parsed).toEqual([changed[0]!.oid, changed[1]!.oid]);
    });

    describe('security row 1: what is no plain file', () => {
      it('is refused with a diagnostic and never read', async () => {
        const commit = remote.commit({
          'ok.yaml': 'fine',
          'link.yaml': { mode: '120000', content: '/etc/passwd' },
          'folder-link': { mode: '120000', content: '../../etc' },
          'sub/vendored': { mode: '160000', content: '1'.repeat(40) },
        });
        await source.tip(NEVER);
        await source.fetch(commit, undefined, NEVER);

        const diff = await source.diff(undefined, commit, NEVER);

        expect(diff.changed.map(({ path }) => path)).toEqual(['ok.yaml']);
        expect(diff.diagnostics.map(({ severity, code, file }) => [severity, code, file])).toEqual([
          ['warning', 'symlink', 'folder-link'],
          ['error', 'symlink', 'link.yaml'],
          ['error', 'submodule', 'sub/vendored'],
        ]);
      });

      it('stays refused in later commits and is read once it is a file', async () => {
        const first = remote.commit({ 'ok.yaml': 'fine', 'sub/l.yaml': { mode: '120000', content: 'ok.yaml' } });
        const second = remote.commit({ 'ok.yaml': 'better' });
        const third = remote.commit({ 'sub/l.yaml': 'a file now' });
        await source.tip(NEVER);
        await source.fetch(third, undefined, NEVER);
        await source.fetch(third, first, NEVER);

        const still = await source.diff(first, second, NEVER);
        const mended = await source.diff(second, third, NEVER);

        expect(still.diagnostics.map(({ file }) => file)).toEqual(['sub/l.yaml']);
        expect(mended).toMatchObject({ changed: [{ path: 'sub/l.yaml' }], removed: [], diagnostics: [] });
      });

      it('answers for an oversized file with a diagnostic instead of its content', async () => {
        const commit = remote.commit({
          'big.yaml': 'x'.repeat(1024 * 1024 + 1),
          'limit.yaml': 'y'.repeat(1024 * 1024),
        });
        await source.tip(NEVER);
        await source.fetch(commit, undefined, NEVER);
        const { changed } = await source.diff(undefined, commit, NEVER);

        const files: ParsedFile[] = [];
        for await (const batch of source.parse([changed[0]!.oid, changed[1]!.oid], NEVER)) files.push(...batch);

        const big = files.find(({ oid }) => oid === changed[0]!.oid);
        expect(big).toMatchObject({ documents: [], diagnostics: [{ code: 'file-too-large', severity: 'error' }] });
        expect(files.find(({ oid }) => oid === changed[1]!.oid)?.documents).toHaveLength(1);
      });
    });

    it('stops at once when the caller gives up', async () => {
      const abort = new AbortController();
      abort.abort(new Error('the daemon ends'));

      const tip = source.tip(abort.signal);

      await expect(tip).rejects.toThrow('the daemon ends');
    });

    if (transport.startsWith('local')) {
      it('hints when a ref of the local repository moves', async () => {
        remote.commit({ 'a.yaml': 'A' });
        let hints = 0;
        let commits = 0;
        source.onHint(() => hints++);

        await eventually(() => {
          remote.commit({ 'a.yaml': `A${++commits}` });
          return hints > 0;
        });

        expect(hints).toBeGreaterThan(0);
      });
    }
  });
}
