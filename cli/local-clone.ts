import fs from 'node:fs';
import { join } from 'node:path';
import git, { type WalkerEntry } from 'isomorphic-git';
import { Bug } from '../reconciler/model/errors.ts';
import type { BranchWriter } from '../reconciler/source/source.ts';

const REMOTE = 'refs/remotes/origin/';
const LOCAL = 'refs/heads/';

/** The git folder of the clone that `folder` lies in; undefined when it lies in none. */
export async function findClone(folder: string): Promise<string | undefined> {
  try {
    const root = await git.findRoot({ fs, filepath: folder });
    const stat = await fs.promises.stat(join(root, '.git'));
    return stat.isDirectory() ? join(root, '.git') : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Reads branches as a person's clone has them: as last fetched from `origin`, or else its own. Never writes, and never
 * talks to a server.
 */
export class LocalClone implements BranchWriter {
  readonly #repo: { fs: typeof fs; gitdir: string; cache: object };

  constructor(gitdir: string) {
    this.#repo = { fs, gitdir, cache: {} };
  }

  async tip(ref: string): Promise<string | undefined> {
    const branch = ref.slice(LOCAL.length);
    return (await this.#resolve(`${REMOTE}${branch}`)) ?? (await this.#resolve(ref));
  }

  /**
   * The commit that a person means by a name, as git understands it: a branch, a tag, `HEAD`, `origin/main`, a commit or the
   * beginning of one; a branch that is only at `origin` too; with `~2` or `^` that many commits before. Undefined: there is none.
   */
  async commitOf(name: string): Promise<string | undefined> {
    const [, start = '', back = ''] = /^(.*?)((?:~\d*|\^)*)$/s.exec(name) ?? [];
    let commit = start === '' ? undefined : await this.#named(start);
    let steps = [...back.matchAll(/~(\d*)|\^/g)].reduce((sum, [, count]) => sum + (count ? Number(count) : 1), 0);
    while (commit !== undefined && steps-- > 0) {
      const [parent] = (await git.readCommit({ ...this.#repo, oid: commit })).commit.parent;
      commit = parent !== undefined && (await this.#isHere(parent)) ? parent : undefined;
    }
    return commit;
  }

  async #named(name: string): Promise<string | undefined> {
    try {
      const ref = (await this.#resolve(name)) ?? (await this.#resolve(`origin/${name}`));
      const oid = ref ?? (/^[0-9a-f]{4,40}$/.test(name) && (await git.expandOid({ ...this.#repo, oid: name })));
      return oid ? (await git.readCommit({ ...this.#repo, oid })).oid : undefined;
    } catch (error) {
      if (error instanceof git.Errors.NotFoundError || error instanceof git.Errors.ObjectTypeError) return undefined;
      throw error;
    }
  }

  async read(commit: string, paths: readonly string[]): Promise<Map<string, string>> {
    const files = await this.list(commit);
    const found = new Map<string, string>();
    for (const path of paths) {
      const oid = files.get(path);
      if (oid === undefined) continue;
      const { blob } = await git.readBlob({ ...this.#repo, oid });
      found.set(path, Buffer.from(blob).toString('utf8'));
    }
    return found;
  }

  async list(commit: string): Promise<Map<string, string>> {
    const files = new Map<string, string>();
    await git.walk({
      ...this.#repo,
      trees: [git.TREE({ ref: commit })],
      map: async (path: string, [entry]: (WalkerEntry | null)[]) => {
        if (entry && (await entry.type()) === 'blob') files.set(path, await entry.oid());
        return true;
      },
    });
    return files;
  }

  push(): never {
    throw new Bug('The clone of a person is never written.');
  }

  async close(): Promise<void> {
    return Promise.resolve();
  }

  async #isHere(commit: string): Promise<boolean> {
    return git.readCommit({ ...this.#repo, oid: commit }).then(
      () => true,
      () => false,
    );
  }

  async #resolve(ref: string): Promise<string | undefined> {
    try {
      return await git.resolveRef({ ...this.#repo, ref });
    } catch (error) {
      if (error instanceof git.Errors.NotFoundError) return undefined;
      throw error;
    }
  }
}
