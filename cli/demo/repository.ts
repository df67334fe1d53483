import fs from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import git, { type TreeEntry } from 'isomorphic-git';

/** A file of a commit: path with forward slashes to content. */
export type Files = ReadonlyMap<string, string | Uint8Array>;

/** A commit as the demo shows it. */
export interface ShownCommit {
  oid: string;
  message: string;
  author: string;
}

/** The signature on the demo's own commits. */
const AUTHOR = { name: 'Jo Operator', email: 'jo@example.com' };
const MAIN = 'refs/heads/main';

/** All files below a folder, as they stand. Symlinks and what is not a file are left out. */
export async function readFiles(folder: string): Promise<Map<string, Uint8Array>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = new Map<string, Uint8Array>();
  for (const entry of entries.filter((each) => each.isFile())) {
    const path = join(entry.parentPath, entry.name);
    files.set(path.slice(folder.length).replaceAll('\\', '/').replace(/^\/+/, ''), await readFile(path));
  }
  return files;
}

/** A bare repository on the local disk, made without git: the team's remote, as far as the demo goes. */
export class DemoRepository {
  readonly gitdir: string;

  private constructor(gitdir: string) {
    this.gitdir = gitdir;
  }

  /** Makes the repository with one commit of these files on `main`. */
  static async create(gitdir: string, files: Files, message: string): Promise<DemoRepository> {
    await git.init({ fs, gitdir, bare: true, defaultBranch: 'main' });
    const repository = new DemoRepository(gitdir);
    await repository.push(files, message);
    return repository;
  }

  /** Adds or replaces files on top of `main`. Answers the new commit. */
  async push(files: Files, message: string): Promise<string> {
    const parent = await this.#resolve(MAIN);
    const root = parent === undefined ? undefined : (await git.readCommit({ ...this.#repo, oid: parent })).commit.tree;
    const changes = [...files].map(([path, content]) => ({ path: path.split('/'), content }));
    const tree = await this.#writeTree(root, changes);
    return git.commit({
      ...this.#repo,
      ref: MAIN,
      tree,
      parent: parent === undefined ? [] : [parent],
      message,
      author: AUTHOR,
    });
  }

  /** The newest commit of a branch; undefined while there is none. */
  async newest(branch: string): Promise<ShownCommit | undefined> {
    const oid = await this.#resolve(`refs/heads/${branch}`);
    if (oid === undefined) return undefined;
    const { commit } = await git.readCommit({ ...this.#repo, oid });
    return { oid, message: commit.message, author: `${commit.author.name} <${commit.author.email}>` };
  }

  /** The text of a file at a commit; undefined when the commit does not have it. */
  async read(oid: string, path: string): Promise<string | undefined> {
    try {
      const { blob } = await git.readBlob({ ...this.#repo, oid, filepath: path });
      return Buffer.from(blob).toString('utf8');
    } catch (error) {
      if (error instanceof git.Errors.NotFoundError) return undefined;
      throw error;
    }
  }

  get #repo(): { fs: typeof fs; gitdir: string } {
    return { fs, gitdir: this.gitdir };
  }

  async #resolve(ref: string): Promise<string | undefined> {
    try {
      return await git.resolveRef({ ...this.#repo, ref });
    } catch (error) {
      if (error instanceof git.Errors.NotFoundError) return undefined;
      throw error;
    }
  }

  async #writeTree(
    base: string | undefined,
    changes: { path: string[]; content: string | Uint8Array }[],
  ): Promise<string> {
    const entries = new Map<string, TreeEntry>();
    if (base !== undefined) {
      const { tree } = await git.readTree({ ...this.#repo, oid: base });
      for (const entry of tree) entries.set(entry.path, entry);
    }
    for (const [name, below] of grouped(changes)) {
      const [only] = below;
      if (only!.path.length === 1) {
        const blob = typeof only!.content === 'string' ? Buffer.from(only!.content) : only!.content;
        entries.set(name, {
          path: name,
          mode: '100644',
          type: 'blob',
          oid: await git.writeBlob({ ...this.#repo, blob }),
        });
        continue;
      }
      const old = entries.get(name);
      const deeper = below.map(({ path, content }) => ({ path: path.slice(1), content }));
      const oid = await this.#writeTree(old?.type === 'tree' ? old.oid : undefined, deeper);
      entries.set(name, { path: name, mode: '040000', type: 'tree', oid });
    }
    return git.writeTree({ ...this.#repo, tree: [...entries.values()] });
  }
}

function grouped<Change extends { path: string[] }>(changes: readonly Change[]): Map<string, Change[]> {
  const groups = new Map<string, Change[]>();
  for (const change of changes) {
    const name = change.path[0]!;
    const group = groups.get(name);
    if (group) group.push(change);
    else groups.set(name, [change]);
  }
  return groups;
}
