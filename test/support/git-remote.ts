import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import type { GitAuth } from '../../reconciler/source/git/credentials.ts';
import { initBare, startGitHttp } from './git-http.ts';
import type { GitHttpServer } from './git-http.ts';
import { makeKey, startSshd, stopSshd } from './sshd.ts';
import type { TestSshd } from './sshd.ts';

export const TRANSPORTS = ['http', 'ssh', 'local bare', 'local work tree'] as const;
export type Transport = (typeof TRANSPORTS)[number];

/** Content of a file, a special entry, or null to remove the path. */
export type FileChange = string | null | { mode: string; content: string };

const COMMITTER = 'Tess Ter <tess@example.net> 1700000000 +0000';
/** Git as it is on a machine without configuration. */
const ENV = { ...process.env, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null', LC_ALL: 'C' };

/** A repository that real git holds, and one way to reach it. */
export class TestRemote {
  /** What the product is given. */
  readonly url: string;
  readonly auth: GitAuth;
  readonly gitDir: string;
  /** Folder for clones of the product. */
  readonly state: string;
  readonly http: GitHttpServer | undefined;
  readonly sshd: TestSshd | undefined;
  readonly #folder: string;

  private constructor(parts: {
    folder: string;
    gitDir: string;
    url: string;
    auth?: GitAuth;
    http?: GitHttpServer;
    sshd?: TestSshd;
  }) {
    this.#folder = parts.folder;
    this.gitDir = parts.gitDir;
    this.url = parts.url;
    this.auth = parts.auth ?? {};
    this.http = parts.http;
    this.sshd = parts.sshd;
    this.state = join(parts.folder, 'state');
  }

  static async start(transport: Transport): Promise<TestRemote> {
    const folder = mkdtempSync(join(tmpdir(), 'git-remote-'));
    chmodSync(folder, 0o755);
    const bare = join(folder, 'fleet.git');
    if (transport === 'local work tree') {
      const tree = join(folder, 'fleet');
      execFileSync('git', ['init', '-q', '-b', 'main', tree], { env: ENV });
      return new TestRemote({ folder, gitDir: join(tree, '.git'), url: tree });
    }
    initBare(bare);
    if (transport === 'local bare') return new TestRemote({ folder, gitDir: bare, url: bare });
    if (transport === 'http') {
      const http = await startGitHttp(folder);
      return new TestRemote({ folder, gitDir: bare, url: `${http.url}/fleet.git`, http });
    }
    const key = makeKey(folder, 'deploy');
    const sshd = await startSshd({ authorizedKeys: [key.publicKey] });
    const url = `ssh://${userInfo().username}@${sshd.address}:${sshd.port}${bare}`;
    return new TestRemote({ folder, gitDir: bare, url, auth: { keyFile: key.path, hostKeys: [sshd.hostKey] }, sshd });
  }

  async stop(): Promise<void> {
    await this.http?.close();
    if (this.sshd) await stopSshd(this.sshd);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Runs real git in the remote repository. */
  git(...args: string[]): string {
    return execFileSync('git', ['--git-dir', this.gitDir, ...args], {
      env: ENV,
      encoding: 'utf8',
      // What git says to people; a failure still throws with it.
      stdio: ['ignore', 'pipe', 'pipe'],
    }).trim();
  }

  /** Commits on a branch, as somebody else would have pushed; gives the commit. `from` undefined: on its tip. */
  commit(files: Record<string, FileChange>, { branch = 'main', message = 'change', from }: CommitOptions = {}): string {
    const ref = `refs/heads/${branch}`;
    const parent = from === null ? undefined : (from ?? this.tip(branch));
    const lines: (string | Buffer)[] = [`commit refs/heads/import\nmark :1\ncommitter ${COMMITTER}\n`, data(message)];
    if (parent !== undefined) lines.push(`from ${parent}\n`);
    for (const [path, change] of Object.entries(files)) lines.push(...entry(path, change));
    lines.push('\n');
    const marks = join(this.#folder, 'marks');
    rmSync(join(this.gitDir, 'refs/heads/import'), { force: true });
    execFileSync('git', ['--git-dir', this.gitDir, 'fast-import', '--quiet', '--force', `--export-marks=${marks}`], {
      env: ENV,
      input: Buffer.concat(lines.map((line) => Buffer.from(line))),
    });
    const commit = this.git('rev-parse', 'refs/heads/import');
    this.git('update-ref', '-d', 'refs/heads/import');
    this.git('update-ref', ref, commit);
    return commit;
  }

  tip(branch = 'main'): string | undefined {
    try {
      return this.git('rev-parse', '--verify', '--quiet', `refs/heads/${branch}`);
    } catch {
      return undefined;
    }
  }

  /** Installs a hook of the remote. */
  hook(name: string, script: string): void {
    mkdirSync(join(this.gitDir, 'hooks'), { recursive: true });
    writeFileSync(join(this.gitDir, 'hooks', name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }

  /** Whether git finds nothing wrong with the remote. */
  isSound(): boolean {
    this.git('fsck', '--strict', '--no-dangling', '--no-progress');
    return existsSync(this.gitDir);
  }
}

interface CommitOptions {
  branch?: string;
  message?: string;
  /** Parent; null = none. */
  from?: string | null;
}

function entry(path: string, change: FileChange): (string | Buffer)[] {
  if (change === null) return [`D ${path}\n`];
  if (typeof change === 'string') return [`M 100644 inline ${path}\n`, data(change)];
  if (change.mode === '160000') return [`M 160000 ${change.content} ${path}\n`];
  return [`M ${change.mode} inline ${path}\n`, data(change.content)];
}

function data(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from(`data ${bytes.length}\n`), bytes, Buffer.from('\n')]);
}
