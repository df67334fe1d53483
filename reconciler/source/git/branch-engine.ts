import { Bug, InvalidInput, Transient } from '../../model/errors.ts';
import type { BranchCommit, PushResult } from '../source.ts';
import { GitCode } from './git-error.ts';
import { Mode, formatCommit, parseCommit, parseTree } from './object.ts';
import type { GitObject } from './object.ts';
import { GROWN_BYTES, hasGrown, openRepository, renewRepository } from './open-repository.ts';
import type { RepositoryOptions } from './open-repository.ts';
import { branchRef, checkOid } from './ref-name.ts';
import { withDeadline } from './repository.ts';
import type { Repository } from './repository.ts';
import { Serial } from './serial.ts';
import { create, editTree } from './tree-edit.ts';

/** Which branch to write: plain data without secrets. */
export interface BranchWriterOptions extends RepositoryOptions {
  /** The one branch that may be written, without `refs/heads/`. */
  branch: string;
  /** Branches that are never written, such as the config branch of the same repository. */
  protectedBranches?: readonly string[];
  /** Deadline of one push or read, milliseconds. Default 2 minutes. */
  timeoutMs?: number;
  /** Bytes of packs above which our clone is made anew. Default `GROWN_BYTES`. */
  renewAboveBytes?: number;
}

const TIMEOUT_MS = 2 * 60_000;
const MAX_FILE_BYTES = 16 * 1024 * 1024;

/** Writing the status branch, inside the git thread. */
export class BranchEngine {
  readonly #ref: string;
  readonly #timeoutMs: number;
  readonly #options: BranchWriterOptions;
  #repository: Repository;
  readonly #serial = new Serial();

  private constructor(options: BranchWriterOptions, repository: Repository) {
    this.#ref = branchRef(options.branch);
    this.#timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
    this.#options = options;
    this.#repository = repository;
  }

  static async open(options: BranchWriterOptions): Promise<BranchEngine> {
    branchRef(options.branch);
    if (options.protectedBranches?.includes(options.branch)) {
      throw new InvalidInput(`The branch ${options.branch} holds the configuration and is never written.`, {
        code: GitCode.badRef,
        hint: 'Name another branch for the status.',
      });
    }
    return new BranchEngine(options, await openRepository(options));
  }

  tip(ref: string, signal: AbortSignal): Promise<string | undefined> {
    this.#check(ref);
    return this.#bounded('Asking for the tip of the status branch', signal, (bounded) =>
      this.#repository.tip(ref, true, bounded),
    );
  }

  read(commit: string, paths: readonly string[], signal: AbortSignal): Promise<Map<string, string>> {
    return this.#withTree(commit, signal, (tree) => {
      const found = new Map<string, string>();
      const wanted = new Set(paths);
      for (const [path, oid] of this.#files(tree, '', (folder) => paths.some((name) => name.startsWith(folder)))) {
        if (!wanted.has(path)) continue;
        found.set(path, this.#repository.objects.need(oid, 'blob', MAX_FILE_BYTES).toString('utf8'));
      }
      return found;
    });
  }

  list(commit: string, signal: AbortSignal): Promise<Map<string, string>> {
    return this.#withTree(commit, signal, (tree) => new Map(this.#files(tree, '', () => true)));
  }

  push(commit: BranchCommit, signal: AbortSignal): Promise<PushResult> {
    this.#check(commit.ref);
    if (commit.parent !== undefined) checkOid(commit.parent);
    return this.#bounded('The push to the status branch', signal, async (bounded) => {
      if (hasGrown(this.#repository, this.#options, this.#options.renewAboveBytes ?? GROWN_BYTES))
        this.#repository = await renewRepository(this.#repository, this.#options);
      const { ref, parent, message, author, timestamp } = commit;
      if (parent !== undefined && !(await this.#isStillThere(parent, bounded))) {
        return { ok: false, reason: 'moved', detail: 'the branch moved before its tip could be read' };
      }
      const objects = new Map<string, GitObject>();
      const tree = editTree(this.#repository.objects, this.#treeOf(parent), commit.changes, objects);
      const person = { ...author, timestamp };
      const parents = parent === undefined ? [] : [parent];
      const bytes = formatCommit({ tree, parents, author: person, committer: person, message });
      const next = create(objects, 'commit', bytes);
      const outcome = await this.#repository.publish({ ref, expected: parent, next, objects }, bounded);
      this.#repository.objects.release();
      if (outcome.kind === 'ok') return { ok: true, commit: next };
      return { ok: false, reason: outcome.kind, detail: outcome.detail };
    });
  }

  close(): void {
    this.#repository.close();
  }

  /** Said before every push: this writer has one branch. */
  #check(ref: string): void {
    if (ref !== this.#ref) throw new Bug(`A write to ${ref} was asked of the writer of ${this.#ref}.`);
  }

  #bounded<T>(what: string, signal: AbortSignal, work: (bounded: AbortSignal) => Promise<T>): Promise<T> {
    return this.#serial.run(() => withDeadline(what, this.#timeoutMs, signal, work));
  }

  async #bring(commit: string, signal: AbortSignal): Promise<void> {
    if (this.#repository.objects.has(commit)) return;
    await this.#repository.bring(commit, this.#ref, undefined, signal);
    this.#repository.settle(this.#ref, commit);
  }

  /** Brings the parent of a new commit; false when the server no longer gives it out, since the branch has moved. */
  async #isStillThere(parent: string, signal: AbortSignal): Promise<boolean> {
    try {
      await this.#bring(parent, signal);
      return true;
    } catch (error) {
      if (error instanceof Transient && error.code === GitCode.tipMoved) return false;
      throw error;
    }
  }

  #withTree<T>(commit: string, signal: AbortSignal, work: (tree: string) => T): Promise<T> {
    checkOid(commit);
    return this.#bounded('Reading the status branch', signal, async (bounded) => {
      await this.#bring(commit, bounded);
      const result = work(this.#treeOf(commit)!);
      this.#repository.objects.release();
      return result;
    });
  }

  #treeOf(commit: string | undefined): string | undefined {
    return commit === undefined ? undefined : parseCommit(this.#repository.objects.need(commit, 'commit')).tree;
  }

  *#files(tree: string, prefix: string, enter: (folder: string) => boolean): Generator<[path: string, oid: string]> {
    for (const entry of parseTree(this.#repository.objects.need(tree, 'tree'))) {
      const path = prefix + entry.name.toString('utf8');
      if (entry.mode === Mode.tree) {
        if (enter(`${path}/`)) yield* this.#files(entry.oid, `${path}/`, enter);
      } else if (entry.mode !== Mode.submodule && entry.mode !== Mode.symlink) {
        yield [path, entry.oid];
      }
    }
  }
}
