import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BranchEngine } from '../../reconciler/source/git/branch-engine.ts';
import { ConfigEngine } from '../../reconciler/source/git/config-engine.ts';
import type { ConfigSourceOptions } from '../../reconciler/source/git/config-engine.ts';
import type { BranchCommit } from '../../reconciler/source/source.ts';
import { TestRemote } from '../support/git-remote.ts';
import { startGitHttp } from '../support/git-http.ts';
import { INVALID_REF_NAMES, VALID_REF_NAMES } from '../support/ref-names.ts';
import { makeKey } from '../support/sshd.ts';
import { describeWith } from '../support/real-parts.ts';

const NEVER = new AbortController().signal;
const IDLE_MS = 2000;
const closers: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function sourceOf(remote: TestRemote, rest: Partial<ConfigSourceOptions> = {}): Promise<ConfigEngine> {
  const { url, auth, state } = remote;
  const limits = { idleMs: IDLE_MS };
  const engine = await ConfigEngine.open({ url, auth, folder: state, branch: 'main', path: '', limits, ...rest });
  closers.push(() => engine.close());
  return engine;
}

async function writerOf(remote: TestRemote): Promise<BranchEngine> {
  const { url, auth } = remote;
  const engine = await BranchEngine.open({
    url,
    auth,
    folder: join(remote.state, 'w'),
    branch: 's',
    limits: { idleMs: 2000 },
  });
  closers.push(() => engine.close());
  return engine;
}

function statusCommit(parent: string | undefined, text: string): BranchCommit {
  const author = { name: 'I', email: 'i@example.net' };
  return { ref: 'refs/heads/s', parent, changes: new Map([['a.yaml', text]]), message: text, author, timestamp: 1 };
}

function packFolder(remote: TestRemote): string[] {
  const folder = join(remote.state, 'clone.git/objects/pack');
  return existsSync(folder) ? readdirSync(folder) : [];
}

describeWith(['git', 'git-http-backend'], 'a git server over HTTP that misbehaves', () => {
  let remote: TestRemote;

  beforeEach(async () => {
    remote = await TestRemote.start('http');
  });

  afterEach(() => remote.stop());

  it('that asks for a credential is named as such, and the token goes there from its file', async () => {
    const tokenFile = join(remote.state, '..', 'token');
    writeFileSync(tokenFile, 'hunter2\n', { mode: 0o600 });
    remote.http!.requireCredentials('x-access-token', 'hunter2');
    const commit = remote.commit({ 'a.yaml': 'A' });
    const without = await sourceOf(remote);
    const withToken = await sourceOf(remote, { auth: { tokenFile } });

    const refused = without.tip(NEVER);

    await expect(refused).rejects.toMatchObject({ disposition: 'InvalidInput', code: 'GIT_UNAUTHORIZED' });
    expect(await withToken.tip(NEVER)).toBe(commit);
  });

  it('that refuses an expired token is asked with the new one as soon as the file holds it', async () => {
    const tokenFile = join(remote.state, '..', 'token');
    writeFileSync(tokenFile, 'old');
    remote.http!.requireCredentials('bot', 'new');
    const commit = remote.commit({ 'a.yaml': 'A' });
    const source = await sourceOf(remote, { auth: { username: 'bot', passwordFile: tokenFile } });

    const refused = await source.tip(NEVER).catch((error: unknown) => error);
    writeFileSync(tokenFile, 'new');
    const tip = await source.tip(NEVER);

    expect(refused).toMatchObject({ code: 'GIT_UNAUTHORIZED', message: expect.stringContaining('does not accept') });
    expect(JSON.stringify(refused) + String((refused as Error).stack)).not.toMatch(/\bold\b/);
    expect(tip).toBe(commit);
  });

  it.each([
    [403, 'InvalidInput', 'GIT_FORBIDDEN'],
    [404, 'InvalidInput', 'GIT_NOT_FOUND'],
    [500, 'Transient', 'GIT_UNREACHABLE'],
    [503, 'Transient', 'GIT_UNREACHABLE'],
  ])('with status %i gives a %s error', async (status, disposition, code) => {
    remote.http!.setFault({ kind: 'status', status, headers: { 'retry-after': '7' } });
    const source = await sourceOf(remote);

    const tip = source.tip(NEVER);

    const retry = disposition === 'Transient' ? { retryAfterMs: 7000 } : {};
    await expect(tip).rejects.toMatchObject({ disposition, code, ...retry });
  });

  it('that goes silent is cut off', async () => {
    const source = await sourceOf(remote);
    remote.http!.setFault({ kind: 'hang' });
    const started = performance.now();

    const tip = source.tip(NEVER);

    await expect(tip).rejects.toMatchObject({ disposition: 'Transient', code: 'GIT_TIMEOUT' });
    expect(performance.now() - started).toBeLessThan(IDLE_MS * 10);
  });

  it('that is slow but not silent is waited for', async () => {
    const commit = remote.commit({ 'a.yaml': 'A' });
    const source = await sourceOf(remote);
    remote.http!.setFault({ kind: 'slow', ms: IDLE_MS / 2 });

    expect(await source.tip(NEVER)).toBe(commit);
  });

  it('that never finishes a fetch is cut off by the deadline of the whole', async () => {
    const commit = remote.commit({ 'a.yaml': 'A' });
    const source = await sourceOf(remote, { fetchTimeoutMs: 200, limits: { idleMs: 60_000 } });
    await source.tip(NEVER);
    remote.http!.setFault({ kind: 'stall', bytes: 20 });

    const fetched = source.fetch(commit, undefined, NEVER);

    await expect(fetched).rejects.toMatchObject({ disposition: 'Transient', code: 'GIT_TIMEOUT' });
  });

  it.each([
    { kind: 'truncate', bytes: 60 },
    { kind: 'truncate', bytes: 150 },
    { kind: 'stall', bytes: 120 },
    { kind: 'flip', at: 130 },
    { kind: 'reset' },
  ] as const)('that spoils a pack ($kind) leaves nothing behind, and the next fetch succeeds', async (fault) => {
    const files = Object.fromEntries(
      Array.from({ length: 20 }, (_, at) => [`h${at}.yaml`, `host ${at} ${Math.sin(at)}`]),
    );
    const commit = remote.commit(files);
    const source = await sourceOf(remote);
    await source.tip(NEVER);
    remote.http!.setFault(fault);

    const spoilt = await source.fetch(commit, undefined, NEVER).catch((error: unknown) => error);
    const between = packFolder(remote);
    await source.fetch(commit, undefined, NEVER);
    const diff = await source.diff(undefined, commit);

    expect(spoilt).toMatchObject({ disposition: 'Transient' });
    expect(between).toEqual([]);
    expect(diff.changed).toHaveLength(20);
  });

  it('that has dropped the idle connection is asked again on a new one', async () => {
    const commit = remote.commit({ 'a.yaml': 'A' });
    const source = await sourceOf(remote);
    await source.tip(NEVER);

    remote.http!.dropIdleConnections();
    const tip = await source.tip(NEVER);
    remote.http!.setFault({ kind: 'reset' });
    const afterReset = await source.tip(NEVER);

    expect([tip, afterReset]).toEqual([commit, commit]);
  });

  it('is asked once per look, with one request', async () => {
    remote.commit({ 'a.yaml': 'A' });
    const source = await sourceOf(remote);

    for (let look = 0; look < 3; look++) await source.tip(NEVER);

    expect(remote.http!.requests.map(({ method }) => method)).toEqual(['GET', 'GET', 'GET']);
  });

  it('gets a fetch without the objects that are here already', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 500 }, (_, at) => [`h${at}.yaml`, `host ${at} ${Math.sin(at)}`]),
    );
    const first = remote.commit(files);
    const source = await sourceOf(remote);
    await source.tip(NEVER);
    await source.fetch(first, undefined, NEVER);
    const second = remote.commit({ 'h1.yaml': 'changed' });
    const before = new Set(packFolder(remote));

    await source.fetch(second, first, NEVER);

    const added = packFolder(remote).filter((name) => !before.has(name) && name.endsWith('.pack'));
    expect(added).toHaveLength(1);
    const index = join(remote.state, 'clone.git/objects/pack', added[0]!.replace('.pack', '.idx'));
    expect(
      execFileSync('git', ['show-index'], { input: readFileSync(index), encoding: 'utf8' })
        .trim()
        .split('\n'),
    ).toHaveLength(3);
  });

  it('that loses the answer to a push does not make us lose the commit', async () => {
    const writer = await writerOf(remote);
    await writer.tip('refs/heads/s', NEVER);
    remote.http!.setFault({ kind: 'lose-answer' });

    const result = await writer.push(statusCommit(undefined, 'one'), NEVER);
    const next = await writer.push(statusCommit((result as { commit: string }).commit, 'two'), NEVER);

    expect(result.ok).toBe(true);
    expect(next.ok).toBe(true);
    expect(remote.git('rev-list', '--count', 's')).toBe('2');
  });

  it('where somebody pushes at the very moment says moved, and both commits live', async () => {
    const writer = await writerOf(remote);
    const first = await writer.push(statusCommit(undefined, 'one'), NEVER);
    let theirs = '';
    remote.http!.beforeNextPush(() => (theirs = remote.commit({ 'b.yaml': 'theirs' }, { branch: 's' })));

    const second = await writer.push(statusCommit((first as { commit: string }).commit, 'two'), NEVER);

    expect(second).toMatchObject({ ok: false, reason: 'moved' });
    expect(remote.tip('s')).toBe(theirs);
  });

  it('that forbids the push with a status code says refused', async () => {
    const writer = await writerOf(remote);
    await writer.tip('refs/heads/s', NEVER);
    remote.http!.setFault({ kind: 'status', status: 403 });

    const result = await writer.push(statusCommit(undefined, 'one'), NEVER);

    expect(result).toMatchObject({ ok: false, reason: 'refused', detail: expect.stringContaining('403') });
  });

  it('security row 6: never gets the credential passed on when it redirects elsewhere', async () => {
    const seen: (string | undefined)[] = [];
    const thief = createServer((request, response) => {
      seen.push(request.headers.authorization);
      response.end();
    });
    await new Promise<void>((resolve) => thief.listen(0, '127.0.0.1', resolve));
    closers.push(() => new Promise((resolve) => thief.close(resolve)));
    const location = `http://127.0.0.1:${(thief.address() as AddressInfo).port}/fleet.git/info/refs?service=git-upload-pack`;
    remote.http!.setFault({ kind: 'status', status: 302, headers: { location } });
    const tokenFile = join(remote.state, '..', 'token');
    writeFileSync(tokenFile, 'hunter2');
    const source = await sourceOf(remote, { auth: { tokenFile } });

    const tip = source.tip(NEVER);

    await expect(tip).rejects.toMatchObject({ disposition: 'InvalidInput', code: 'GIT_REDIRECTED' });
    expect(seen).toEqual([]);
  });

  it('follows a redirect within its own origin', async () => {
    const commit = remote.commit({ 'a.yaml': 'A' });
    const location = '/fleet.git/info/refs?service=git-upload-pack';
    remote.http!.setFault({ kind: 'status', status: 301, headers: { location } });
    const source = await sourceOf(remote, { url: `${remote.http!.url}/old-name` });

    const tip = await source.tip(NEVER);
    await source.fetch(commit, undefined, NEVER);

    expect(tip).toBe(commit);
  });

  it('that is no git server is named as such', async () => {
    remote.http!.setFault({ kind: 'status', status: 200, headers: { 'content-type': 'text/html' } });
    const source = await sourceOf(remote);

    await expect(source.tip(NEVER)).rejects.toMatchObject({ code: 'GIT_UNSUPPORTED' });
  });

  it('security row 4: leaves no credential and no work tree in the clone', async () => {
    const tokenFile = join(remote.state, '..', 'token');
    writeFileSync(tokenFile, 'hunter2');
    remote.http!.requireCredentials('x-access-token', 'hunter2');
    const commit = remote.commit({ 'a.yaml': 'A', '.gitmodules': '[submodule "x"]' });
    const source = await sourceOf(remote, { auth: { tokenFile } });
    await source.tip(NEVER);
    await source.fetch(commit, undefined, NEVER);

    const found = execFileSync('sh', ['-c', 'grep -rl hunter2 "$1" || true', 'sh', remote.state], { encoding: 'utf8' });

    expect(found).toBe('');
    expect(readdirSync(remote.state)).toEqual(['clone.git']);
    expect(existsSync(join(remote.state, 'clone.git/index'))).toBe(false);
  });
});

describeWith(['git', 'git-http-backend', 'openssl'], 'a git server over https', () => {
  it('is trusted by the authority in caFile and by nothing else', async () => {
    const remote = await TestRemote.start('http');
    closers.push(() => remote.stop());
    const commit = remote.commit({ 'a.yaml': 'A' });
    const folder = join(remote.state, '..');
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const args = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
    execFileSync('openssl', [...args, ...subject, '-keyout', key, '-out', cert], { stdio: 'ignore' });
    const tls = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
    const server = await startGitHttp(folder, { tls });
    closers.push(() => server.close());
    const url = `${server.url}/fleet.git`;
    const trusting = await sourceOf(remote, { url, caFile: cert });
    const wary = await sourceOf(remote, { url });

    const refused = wary.tip(NEVER);

    await expect(refused).rejects.toMatchObject({ code: 'GIT_UNREACHABLE', hint: expect.stringContaining('caFile') });
    expect(await trusting.tip(NEVER)).toBe(commit);
  });
});

describeWith(['git', 'sshd'], 'a git server over ssh', () => {
  let remote: TestRemote;

  beforeEach(async () => {
    remote = await TestRemote.start('ssh');
  });

  afterEach(() => remote.stop());

  it('security row 5: with a host key that is not pinned is not talked to', async () => {
    const { keyFile } = remote.auth;
    const unknown = await sourceOf(remote, { auth: { keyFile }, limits: { idleMs: 5000 } });

    await expect(unknown.tip(NEVER)).rejects.toMatchObject({ code: 'HOST_KEY_UNKNOWN' });
  });

  it('security row 5: with another host key than pinned is not talked to', async () => {
    const other = makeKey(join(remote.state, '..'), 'other');
    const auth = { ...remote.auth, hostKeys: [other.publicKey] };
    const source = await sourceOf(remote, { auth, limits: { idleMs: 5000 } });

    await expect(source.tip(NEVER)).rejects.toMatchObject({ code: 'HOST_KEY_CHANGED' });
  });

  it('is known from a known_hosts file', async () => {
    const knownHostsFile = join(remote.state, '..', 'known_hosts');
    const { address, port, hostKey } = remote.sshd!;
    writeFileSync(knownHostsFile, `[${address}]:${port} ${hostKey}\n`);
    const commit = remote.commit({ 'a.yaml': 'A' });
    const auth = { keyFile: remote.auth.keyFile, knownHostsFile };
    const source = await sourceOf(remote, { auth, limits: { idleMs: 5000 } });

    expect(await source.tip(NEVER)).toBe(commit);
  });

  it('without the repository says so', async () => {
    const source = await sourceOf(remote, { url: `${remote.url}-absent`, limits: { idleMs: 5000 } });

    await expect(source.tip(NEVER)).rejects.toMatchObject({ disposition: 'InvalidInput', code: 'GIT_NOT_FOUND' });
  });

  it('that cut the connection is reached by a new one', async () => {
    const commit = remote.commit({ 'a.yaml': 'A' });
    const source = await sourceOf(remote, { limits: { idleMs: 5000 } });
    await source.tip(NEVER);

    remote.sshd!.cut();
    const tip = await source.tip(NEVER);

    expect(tip).toBe(commit);
  });

  it('that is frozen is given up', async () => {
    remote.commit({ 'a.yaml': 'A' });
    const source = await sourceOf(remote, { limits: { idleMs: 1500 } });
    await source.tip(NEVER);
    remote.sshd!.freeze();

    const tip = await source.tip(NEVER).catch((error: unknown) => error);
    remote.sshd!.thaw();

    expect(tip).toMatchObject({ disposition: 'Transient' });
  });

  it('gets a path with quotes and spaces as one word', async () => {
    const path = join(remote.state, '..', "it's a $(touch pwned) fleet.git");
    execFileSync('git', ['clone', '-q', '--bare', remote.gitDir, path]);
    const url = remote.url.replace(remote.gitDir, encodeURI(path));
    const source = await sourceOf(remote, { url, limits: { idleMs: 5000 } });

    const tip = await source.tip(NEVER);

    expect(tip).toBeUndefined();
    expect(readdirSync(join(remote.state, '..'))).not.toContain('pwned');
  });
});

describeWith(['git'], 'a local repository', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'local-'));
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const open = (path: string): Promise<ConfigEngine> =>
    ConfigEngine.open({ url: path, folder: join(folder, 'state'), branch: 'main', path: '' });

  it('that is none says so', async () => {
    await expect(open(folder)).rejects.toMatchObject({ code: 'GIT_NOT_FOUND' });
  });

  it('with SHA-256 object names is refused with a sentence', async () => {
    const path = join(folder, 'r');
    execFileSync('git', ['init', '-q', '--object-format=sha256', path]);

    await expect(open(path)).rejects.toMatchObject({
      code: 'GIT_UNSUPPORTED',
      message: expect.stringMatching(/SHA-256/),
    });
  });

  it('with a reftable is refused with a sentence', async () => {
    const path = join(folder, 'r.git');
    execFileSync('git', ['init', '-q', '--bare', path]);
    mkdirSync(join(path, 'reftable'));

    await expect(open(path)).rejects.toMatchObject({
      code: 'GIT_UNSUPPORTED',
      message: expect.stringMatching(/reftable/),
    });
  });

  it('that borrows objects and is a linked work tree is read', async () => {
    const remote = await TestRemote.start('local bare');
    closers.push(() => remote.stop());
    const commit = remote.commit({ 'a.yaml': 'A' });
    const shared = join(folder, 'shared');
    const linked = join(folder, 'linked');
    execFileSync('git', ['clone', '-q', '--shared', remote.gitDir, shared]);
    execFileSync('git', ['-C', shared, 'worktree', 'add', '-q', '--detach', linked]);
    const engine = await open(linked);

    const tip = await engine.tip(NEVER);
    const diff = await engine.diff(undefined, commit);
    const [batch] = [...engine.blobs([diff.changed[0]!.oid])];

    expect(tip).toBe(commit);
    expect(Buffer.from(batch!.data).toString()).toBe('A');
    engine.close();
  });

  it('is read on while git collects garbage in it', async () => {
    const remote = await TestRemote.start('local bare');
    closers.push(() => remote.stop());
    const files = Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`h${at}.yaml`, `host ${at}`]));
    const commit = remote.commit(files);
    const engine = await open(remote.gitDir);
    const { changed } = await engine.diff(undefined, commit);
    const batches = engine.blobs(changed.map(({ oid }) => oid));
    const first = batches.next();

    remote.git('gc', '-q', '--aggressive', '--prune=now');
    const second = batches.next();

    const read = [first, second].map(({ value }) => (value as { oids: string[] }).oids.length);
    expect(read).toEqual([200, 100]);
    engine.close();
  });
});

describeWith(['git'], 'ref names', () => {
  function gitTakes(name: string): boolean {
    try {
      execFileSync('git', ['check-ref-format', name], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  }

  it('are listed in the tests as git itself judges them', () => {
    expect(VALID_REF_NAMES.filter((name) => !gitTakes(name))).toEqual([]);
    expect(INVALID_REF_NAMES.filter(gitTakes)).toEqual([]);
  });
});

describe('credentials', () => {
  it('security row 6: are named by their place and never by their content', async () => {
    const options = { folder: join(tmpdir(), 'none'), branch: 'main', path: '', url: 'http://127.0.0.1:9/x' };
    const engine = await ConfigEngine.open({ ...options, auth: { tokenFile: '/absent/token' } });
    closers.push(() => engine.close());
    closers.push(() => rmSync(options.folder, { recursive: true, force: true }));

    await expect(engine.tip(NEVER)).rejects.toMatchObject({
      code: 'GIT_CREDENTIAL',
      message: expect.stringContaining('/absent/token'),
    });
  });
});
