import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../../../reconciler/model/clock.ts';
import { DocumentParser } from '../../../reconciler/source/documents/document-parser.ts';
import { GitConfigSource } from '../../../reconciler/source/git/config-source.ts';
import { GitThread } from '../../../reconciler/source/git/git-thread.ts';
import { CommitSignatures } from '../../../reconciler/source/signatures/commit-signatures.ts';
import type { SignatureSettings } from '../../../reconciler/source/signatures/signer-files.ts';
import { startGitHttp, type GitHttpServer } from '../../support/git-http.ts';
import { describeWith } from '../../support/real-parts.ts';

const NEVER = new AbortController().signal;

/** How a commit is signed: with a key by ssh-keygen or gpg, or not at all. */
type With = 'kim' | 'dana' | 'stranger' | 'gpg' | 'nobody';

describeWith(['git', 'git-http-backend', 'ssh-keygen', 'gpg'], 'commits signed by the real programs', () => {
  let keys: string;
  let folder: string;
  let tree: string;
  let server: GitHttpServer;
  let thread: GitThread;
  let parser: DocumentParser;
  let sources: GitConfigSource[];

  beforeAll(() => {
    keys = mkdtempSync(join(tmpdir(), 'signers-'));
    const lines: string[] = [];
    for (const name of ['kim', 'dana', 'stranger']) {
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', join(keys, name)]);
      const key = execFileSync('ssh-keygen', ['-y', '-f', join(keys, name)], { encoding: 'utf8' }).trim();
      if (name !== 'stranger') lines.push(`${name}@example.org ${key}\n`);
    }
    writeFileSync(join(keys, 'allowed'), lines.join(''));
    mkdirSync(join(keys, 'gpg'), { mode: 0o700 });
    gpg('--passphrase', '', '--quick-generate-key', 'Gita <gita@example.org>', 'ed25519', 'sign', 'never');
    writeFileSync(join(keys, 'keys.asc'), gpg('--armor', '--export', 'gita@example.org'));
  });
  afterAll(() => {
    execFileSync('gpgconf', ['--homedir', join(keys, 'gpg'), '--kill', 'all']);
    rmSync(keys, { recursive: true });
  });

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'signatures-'));
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

  function gpg(...args: string[]): string {
    const env = { ...process.env, GNUPGHOME: join(keys, 'gpg') };
    return execFileSync('gpg', ['--batch', '--quiet', ...args], {
      encoding: 'utf8',
      env,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
  }

  function git(...args: string[]): string {
    const env = { ...process.env, GNUPGHOME: join(keys, 'gpg'), GIT_CONFIG_NOSYSTEM: '1', HOME: folder };
    const identity = ['-c', 'user.name=Whoever', '-c', 'user.email=whoever@example.org'];
    return execFileSync('git', ['-C', tree, ...identity, ...args], { encoding: 'utf8', env, stdio: 'pipe' }).trim();
  }

  function signing(by: With): string[] {
    if (by === 'nobody') return ['-c', 'commit.gpgSign=false'];
    if (by === 'gpg') return ['-c', 'commit.gpgSign=true', '-c', 'user.signingKey=gita@example.org'];
    return ['-c', 'commit.gpgSign=true', '-c', 'gpg.format=ssh', '-c', `user.signingKey=${join(keys, by)}`];
  }

  function commit(by: With, message = 'change'): string {
    git(...signing(by), 'commit', '-q', '--allow-empty', '-m', message);
    return git('rev-parse', 'HEAD');
  }

  function merge(by: With, branch: string): string {
    git(...signing(by), 'merge', '-q', '--no-ff', '-m', 'merge', branch);
    return git('rev-parse', 'HEAD');
  }

  function check(
    settings: Partial<SignatureSettings> = {},
    url = tree,
  ): { source: GitConfigSource; signatures: CommitSignatures } {
    const options = { url, folder: join(folder, `state-${sources.length}`), branch: 'main', path: '' };
    const source = new GitConfigSource(options, thread, parser);
    sources.push(source);
    const files = { allowedSignersFile: join(keys, 'allowed'), openpgpKeysFile: join(keys, 'keys.asc') };
    const all = { required: true, forgeSigners: [], ...files, ...settings };
    return { source, signatures: new CommitSignatures(all, source, systemClock) };
  }

  /** What git itself says. */
  function gitBelieves(oid: string): boolean {
    try {
      git('-c', `gpg.ssh.allowedSignersFile=${join(keys, 'allowed')}`, 'verify-commit', oid);
      return true;
    } catch {
      return false;
    }
  }

  it.each<[With, object]>([
    ['kim', { signer: { name: 'kim@example.org' } }],
    ['gpg', { signer: { name: 'Gita <gita@example.org>' } }],
    ['stranger', { refused: expect.stringContaining('not among the allowed') }],
    ['nobody', { refused: 'is not signed' }],
  ])('are by whom git says, too: %s', async (by, expected) => {
    const tip = commit(by);
    const { signatures } = check();

    const [found] = await signatures.of([tip], NEVER);

    expect(found).toMatchObject(expected);
    expect('signer' in found!).toBe(gitBelieves(tip));
  });

  it('are by nobody when they were changed, or have the signature of another', async () => {
    const signed = commit('kim', 'one');
    const object = git('cat-file', 'commit', signed);
    const store = (text: string): string => {
      writeFileSync(join(folder, 'object'), `${text}\n`);
      return git('hash-object', '-w', '-t', 'commit', join(folder, 'object'));
    };
    const plain = git('cat-file', 'commit', commit('nobody', 'two'));
    const header = /^gpgsig [^]*?(?=\n\S|\n\n)/m.exec(object)![0];
    const forged = [store(object.replace('\none', '\nevil')), store(plain.replace('\n\n', `\n${header}\n\n`))];
    const { signatures } = check();

    const found = await signatures.of([store(object), ...forged], NEVER);

    expect(found).toMatchObject(
      [{ signer: {} }, { refused: /does not fit it/ }, { refused: /does not fit it/ }].map((each) =>
        'refused' in each ? { refused: expect.stringMatching(each.refused!) as string } : each,
      ),
    );
    expect(forged.map(gitBelieves)).toEqual([false, false]);
  });

  it('made for something else than git are by nobody', async () => {
    const program = join(folder, 'ssh-keygen-for-files');
    writeFileSync(program, '#!/bin/sh\nshift 4\nexec ssh-keygen -Y sign -n file "$@"\n');
    chmodSync(program, 0o755);
    git(...signing('kim'), '-c', `gpg.ssh.program=${program}`, 'commit', '-q', '--allow-empty', '-m', 'x');
    const tip = git('rev-parse', 'HEAD');

    const found = await check().signatures.of([tip], NEVER);

    expect(found).toEqual([{ refused: 'has a signature that was made for "file" and not for git' }]);
    expect(gitBelieves(tip)).toBe(false);
  });

  it('must all be signed that are new since the accepted one, whoever signs the tip', async () => {
    const accepted = commit('nobody');
    const bad = commit('nobody', 'smuggled');
    commit('stranger');
    const tip = commit('kim');
    const { signatures } = check();

    const refused = signatures.require(tip, accepted, NEVER);

    await expect(refused).rejects.toMatchObject({
      disposition: 'InvalidInput',
      code: 'NOT_SIGNED',
      message: expect.stringMatching(
        /^The commit [0-9a-f]{12} is signed with the key .* and 1 more of its new commits/,
      ) as string,
      hint: expect.stringContaining(`set acceptRevision: ${tip}`) as string,
    });
    await expect(signatures.require(tip, bad, NEVER)).rejects.toMatchObject({ code: 'NOT_SIGNED' });
    await expect(signatures.require(tip, git('rev-parse', 'HEAD~1'), NEVER)).resolves.toBeUndefined();
    await expect(signatures.require(tip, undefined, NEVER)).resolves.toBeUndefined();
    await expect(signatures.require(bad, undefined, NEVER)).rejects.toMatchObject({ code: 'NOT_SIGNED' });
    await expect(check({ required: false }).signatures.require(bad, accepted, NEVER)).resolves.toBeUndefined();
  });

  it('of a branch must be signed too, and not only the merge', async () => {
    const accepted = commit('nobody');
    git('checkout', '-q', '-b', 'topic');
    const smuggled = commit('nobody', 'smuggled');
    git('checkout', '-q', 'main');
    commit('dana');
    const tip = merge('kim', 'topic');
    const { signatures } = check();

    const refused = signatures.require(tip, accepted, NEVER);

    await expect(refused).rejects.toThrow(`The commit ${smuggled.slice(0, 12)} is not signed.`);
  });

  it('that are older than the accepted one are not asked for when a branch from before is merged', async () => {
    commit('nobody', 'long ago');
    git('checkout', '-q', '-b', 'topic');
    git('checkout', '-q', 'main');
    commit('nobody');
    const accepted = commit('nobody');
    git('checkout', '-q', 'topic');
    commit('gpg');
    git('checkout', '-q', 'main');
    const remote = check({}, `${server.url}/fleet/.git`);
    await remote.source.fetch(accepted, undefined, NEVER);
    const tip = merge('kim', 'topic');
    await remote.source.fetch(tip, accepted, NEVER);

    await expect(check().signatures.require(tip, accepted, NEVER)).resolves.toBeUndefined();
    await expect(remote.signatures.require(tip, accepted, NEVER)).resolves.toBeUndefined();
  });

  it('count by the files as they are now', async () => {
    const accepted = commit('kim');
    const tip = commit('stranger');
    const own = join(folder, 'allowed');
    writeFileSync(own, `kim ${execFileSync('ssh-keygen', ['-y', '-f', join(keys, 'kim')], { encoding: 'utf8' })}`);
    const { signatures } = check({ allowedSignersFile: own });
    const before = await signatures.require(tip, accepted, NEVER).catch((error: Error) => error);
    const version = signatures.version;

    writeFileSync(own, `new ${execFileSync('ssh-keygen', ['-y', '-f', join(keys, 'stranger')], { encoding: 'utf8' })}`);
    const after = signatures.require(tip, accepted, NEVER);

    expect(before).toMatchObject({ code: 'NOT_SIGNED' });
    await expect(after).resolves.toBeUndefined();
    expect(signatures.version).not.toBe(version);
    writeFileSync(own, 'nonsense');
    await expect(signatures.require(tip, accepted, NEVER)).rejects.toMatchObject({ code: 'SIGNERS_INVALID' });
    rmSync(own);
    await expect(signatures.of([tip], NEVER)).rejects.toMatchObject({ code: 'SIGNERS_INVALID' });
  });

  it('by an OpenPGP key that was renewed count as before, and those by a revoked one no longer', async () => {
    const home = join(folder, 'gpg');
    mkdirSync(home, { mode: 0o700 });
    const run = (...args: string[]): string =>
      execFileSync('gpg', ['--homedir', home, '--batch', '--quiet', '--passphrase', '', ...args], {
        encoding: 'utf8',
        stdio: ['pipe', 'pipe', 'ignore'],
      });
    run(
      '--faked-system-time',
      '20260101T000000',
      '--quick-generate-key',
      'Rene <rene@example.org>',
      'ed25519',
      'sign',
      '1y',
    );
    const fingerprint = /^fpr:+([0-9A-F]+):/m.exec(run('--list-keys', '--with-colons'))![1]!;
    const file = join(folder, 'rene.asc');
    const program = join(folder, 'gpg-then');
    writeFileSync(program, `#!/bin/sh\nexec gpg --homedir ${home} --faked-system-time 20260201T000000 "$@"\n`);
    chmodSync(program, 0o755);
    git(
      '-c',
      `gpg.program=${program}`,
      '-c',
      `user.signingKey=${fingerprint}`,
      'commit',
      '-q',
      '-S',
      '--allow-empty',
      '-m',
      'x',
    );
    const tip = git('rev-parse', 'HEAD');
    const { signatures } = check({ openpgpKeysFile: file });

    run('--quick-set-expire', fingerprint, '5y');
    writeFileSync(file, run('--armor', '--export', fingerprint));
    const renewed = await signatures.of([tip], NEVER);
    const certificate = readFileSync(join(home, 'openpgp-revocs.d', `${fingerprint}.rev`), 'utf8');
    writeFileSync(join(folder, 'revoke'), certificate.replaceAll(/^:-----/gm, '-----'));
    run('--import', join(folder, 'revoke'));
    writeFileSync(file, run('--armor', '--export', fingerprint));
    const revoked = await signatures.of([tip], NEVER);
    execFileSync('gpgconf', ['--homedir', home, '--kill', 'all']);

    expect(renewed).toMatchObject([{ signer: { name: 'Rene <rene@example.org>' } }]);
    expect(revoked).toMatchObject([{ refused: expect.stringContaining('revoked') as string }]);
  });
});
