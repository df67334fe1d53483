import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';

const execFileAsync = promisify(execFile);

/** Path to content; null removes the file. */
export type FileChanges = Record<string, string | null>;

export interface CommitOptions {
  /** As git takes it. */
  date?: string;
  /** First name of the author and committer. Default: Jo Operator, jo@example.com. */
  who?: string;
  /** File of the SSH private key that signs; its public key lies beside it. Default: not signed. */
  key?: string;
}

/** A bare repository, as a forge has it, and a clone of a person who pushes to it. Made with the real git. */
export class TestRepo {
  /** Path of the bare repository. */
  readonly bare: string;
  readonly statusBranch: string;
  readonly #clone: string;

  private constructor(folder: string, statusBranch: string) {
    this.bare = join(folder, 'fleet.git');
    this.#clone = join(folder, 'clone');
    this.statusBranch = statusBranch;
  }

  static async create(folder: string, { statusBranch = 'intendant/status' } = {}): Promise<TestRepo> {
    const repo = new TestRepo(folder, statusBranch);
    mkdirSync(folder, { recursive: true });
    await run(folder, ['init', '--quiet', '--bare', '--initial-branch=main', repo.bare]);
    await run(folder, ['init', '--quiet', '--initial-branch=main', repo.#clone]);
    await run(repo.#clone, ['remote', 'add', 'origin', repo.bare]);
    return repo;
  }

  /** Commits on top of what this clone has, without pushing. Answers with the commit. */
  async commit(files: FileChanges, message: string, { date, who, key }: CommitOptions = {}): Promise<string> {
    for (const [path, content] of Object.entries(files)) {
      const full = join(this.#clone, path);
      if (content === null) {
        rmSync(full);
        continue;
      }
      mkdirSync(dirname(full), { recursive: true });
      writeFileSync(full, content);
    }
    await run(this.#clone, ['add', '--all']);
    const env: Record<string, string> = date === undefined ? {} : { GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date };
    if (who !== undefined) {
      for (const role of ['AUTHOR', 'COMMITTER']) {
        env[`GIT_${role}_NAME`] = who;
        env[`GIT_${role}_EMAIL`] = `${who.toLowerCase()}@example.com`;
      }
    }
    await run(this.#clone, [...signing(key), 'commit', '--quiet', '--allow-empty', '-m', message], env);
    return run(this.#clone, ['rev-parse', 'HEAD']);
  }

  /** Commits and pushes to `main`. Answers with the commit. */
  async push(files: FileChanges, message = 'change', options: CommitOptions = {}): Promise<string> {
    const commit = await this.commit(files, message, options);
    await run(this.#clone, ['push', '--quiet', 'origin', 'HEAD:main']);
    return commit;
  }

  /** Commits on top of what was pushed last and pushes that to another branch; the clone goes back to where it was. Answers with the commit. */
  async pushBranch(branch: string, files: FileChanges, message = 'proposal'): Promise<string> {
    const before = await run(this.#clone, ['rev-parse', 'HEAD']);
    const commit = await this.commit(files, message);
    await run(this.#clone, ['push', '--quiet', 'origin', `HEAD:refs/heads/${branch}`]);
    await run(this.#clone, ['reset', '--quiet', '--hard', before]);
    return commit;
  }

  /** Signs every commit since one of them and pushes them in place of what they were. */
  async resign(since: string, key: string): Promise<void> {
    const exec = `git ${signing(key).join(' ')} commit --quiet --allow-empty --amend --no-edit`;
    await run(this.#clone, ['rebase', '--quiet', '--keep-empty', '--exec', exec, since]);
    await run(this.#clone, ['push', '--quiet', '--force', 'origin', 'HEAD:main']);
  }

  /** Runs git in the bare repository and answers with its output, trimmed. */
  git(...args: string[]): Promise<string> {
    return run(this.bare, args);
  }

  /**
   * Somebody else's commit on any branch, made and pushed with plumbing only. Answers with the commit; throws when the
   * branch moved in between, as a push without force does.
   */
  async pushAsSomebodyElse(branch: string, path: string, content: string): Promise<string> {
    const ref = `refs/heads/${branch}`;
    const parent = await this.git('rev-parse', ref);
    const index = { GIT_INDEX_FILE: join(this.bare, `index-of-somebody-${process.pid}`) };
    const file = join(this.#clone, '.git', 'somebody');
    writeFileSync(file, content);
    const blob = await run(this.bare, ['hash-object', '-w', file]);
    await run(this.bare, ['read-tree', parent], index);
    await run(this.bare, ['update-index', '--add', '--cacheinfo', `100644,${blob},${path}`], index);
    const tree = await run(this.bare, ['write-tree'], index);
    const commit = await run(this.bare, ['commit-tree', tree, '-p', parent, '-m', `somebody else: ${path}`]);
    await this.git('update-ref', ref, commit, parent);
    return commit;
  }

  /** Paths of the status branch; empty while it does not exist. */
  async statusPaths(): Promise<string[]> {
    try {
      const listed = await this.git('ls-tree', '-r', '--name-only', `refs/heads/${this.statusBranch}`);
      return listed.split('\n').filter(Boolean);
    } catch (error) {
      if (/Not a valid object name/.test(String(error))) return [];
      throw error;
    }
  }

  /** Text of a file of the status branch; undefined when it is not there. */
  async statusText(path: string): Promise<string | undefined> {
    try {
      return await this.git('show', `refs/heads/${this.statusBranch}:${path}`);
    } catch (error) {
      if (/does not exist|exists on disk|invalid object name|bad revision/.test(String(error))) return undefined;
      throw error;
    }
  }

  /** A YAML file of the status branch, parsed; undefined when it is not there. */
  async status(path: string): Promise<StatusFile | undefined> {
    const text = await this.statusText(path);
    return text === undefined ? undefined : (parse(text) as StatusFile);
  }

  /** Status of every host by name, wherever its shard is. One look, however many there are. */
  async hostStatuses(): Promise<Map<string, StatusFile>> {
    const paths = (await this.statusPaths()).filter((path) => /(^|\/)hosts\/.*\.yaml$/.test(path));
    const wanted = paths.map((path) => `refs/heads/${this.statusBranch}:${path}`);
    const texts = await this.#contents(wanted);
    return new Map(paths.map((path, index) => [basename(path, '.yaml'), parse(texts[index]!) as StatusFile]));
  }

  async hostStatus(name: string): Promise<StatusFile | undefined> {
    return (await this.hostStatuses()).get(name);
  }

  /** Messages of the status branch's commits, newest first, with author and full text. */
  async statusCommits(): Promise<{ oid: string; author: string; message: string }[]> {
    const format = '--format=%H%x00%an%x00%B%x01';
    const text = await this.git('log', format, `refs/heads/${this.statusBranch}`);
    return text
      .split('\x01')
      .filter((entry) => entry.trim() !== '')
      .map((entry) => {
        const [oid = '', author = '', message = ''] = entry.trim().split('\0');
        return { oid, author, message };
      });
  }

  /** Contents of objects by one `git cat-file --batch`: per object a header line with its size, the bytes, a newline. */
  async #contents(objects: readonly string[]): Promise<string[]> {
    const child = spawn('git', ['cat-file', '--batch'], { cwd: this.bare, stdio: ['pipe', 'pipe', 'inherit'] });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stdin.end(objects.map((object) => `${object}\n`).join(''));
    await once(child, 'close');
    const output = Buffer.concat(chunks);
    const texts: string[] = [];
    for (let at = 0; at < output.length;) {
      const headerEnd = output.indexOf('\n', at);
      const size = Number(output.toString('utf8', at, headerEnd).split(' ')[2]);
      texts.push(output.toString('utf8', headerEnd + 1, headerEnd + 1 + size));
      at = headerEnd + 1 + size + 1;
    }
    return texts;
  }
}

/** A file of the status branch, as far as tests look into it. */
export interface StatusFile {
  status?: string;
  conditions?: { type: string; status: string; reason: string; message: string }[];
  lastAppliedRevision?: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests look into what is different for each kind
  detail?: any;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- fleet.yaml and diagnostics.yaml have their own fields
  [field: string]: any;
}

function signing(key: string | undefined): string[] {
  if (key === undefined) return [];
  return ['-c', 'gpg.format=ssh', '-c', `user.signingKey=${key}`, '-c', 'commit.gpgSign=true'];
}

async function run(cwd: string, args: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const { stdout } = await execFileAsync('git', args, {
    cwd,
    maxBuffer: 64 * 1024 * 1024,
    env: {
      PATH: process.env.PATH,
      HOME: cwd,
      LC_ALL: 'C',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_TERMINAL_PROMPT: '0',
      GIT_AUTHOR_NAME: 'Jo Operator',
      GIT_AUTHOR_EMAIL: 'jo@example.com',
      GIT_COMMITTER_NAME: 'Jo Operator',
      GIT_COMMITTER_EMAIL: 'jo@example.com',
      ...env,
    },
  });
  return stdout.trim();
}
