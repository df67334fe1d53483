import { InvalidInput } from '../../model/errors.ts';
import type { CommitInfo, FileOrigin, SnapshotDiff } from '../source.ts';
import { fileOrigin } from './file-origin.ts';
import { forkPoint } from './fork-point.ts';
import { GitCode, tooLarge } from './git-error.ts';
import { Mode, parseCommit, parseTree } from './object.ts';
import { openRepository } from './open-repository.ts';
import type { RepositoryOptions } from './open-repository.ts';
import { branchRef, checkOid } from './ref-name.ts';
import { requireDescent, withDeadline } from './repository.ts';
import type { Repository } from './repository.ts';
import { Serial } from './serial.ts';
import { TreeDiffer } from './tree-diff.ts';
import type { CommitSignature, SignerFiles } from '../signatures/signature.ts';
import { SignerBook } from '../signatures/signer-book.ts';
import { findUntrusted, type Untrusted } from '../signatures/untrusted.ts';

/** What to read: plain data without secrets. */
export interface ConfigSourceOptions extends RepositoryOptions {
  /** Branch name without `refs/heads/`. */
  branch: string;
  /** Folder in the repository, `""` for all of it. */
  path: string;
  /** A commit that is accepted although it does not descend from the last accepted one. */
  acceptRevision?: string;
  /** Deadline of one fetch, milliseconds. Default 5 minutes. */
  fetchTimeoutMs?: number;
}

/** Blobs in one buffer, to cross threads without a copy. */
export interface BlobBatch {
  oids: string[];
  /** Lengths in the order of `oids`; -1 for a blob that is larger than is read. */
  sizes: number[];
  data: Uint8Array;
}

/** The largest document file, bytes. */
export const MAX_FILE_BYTES = 1024 * 1024;
const MAX_BATCH = 200;
const MAX_BATCH_BYTES = 4 * 1024 * 1024;
const MAX_TOTAL_BYTES = 512 * 1024 * 1024;
const FETCH_TIMEOUT_MS = 5 * 60_000;
const TIP_TIMEOUT_MS = 60_000;
const MAX_COMMIT_BYTES = 4 * 1024 * 1024;

/** Reading the config repository, inside the git thread. */
export class ConfigEngine {
  readonly #options: ConfigSourceOptions;
  readonly #ref: string;
  readonly #folder: string[];
  readonly #repository: Repository;
  readonly #differ: TreeDiffer;
  readonly #serial = new Serial();
  #book: SignerBook | undefined;

  private constructor(options: ConfigSourceOptions, repository: Repository) {
    this.#options = options;
    this.#ref = branchRef(options.branch);
    this.#folder = folderParts(options.path);
    this.#repository = repository;
    this.#differ = new TreeDiffer(repository.objects);
  }

  static async open(options: ConfigSourceOptions): Promise<ConfigEngine> {
    branchRef(options.branch);
    folderParts(options.path);
    return new ConfigEngine(options, await openRepository(options));
  }

  tip(signal: AbortSignal): Promise<string | undefined> {
    return withDeadline('Asking for the tip of the branch', TIP_TIMEOUT_MS, signal, (bounded) =>
      this.#repository.tip(this.#ref, false, bounded),
    );
  }

  fetch(commit: string, accepted: string | undefined, signal: AbortSignal): Promise<void> {
    checkOid(commit);
    if (accepted !== undefined) checkOid(accepted);
    const forced = commit === this.#options.acceptRevision;
    const base = forced ? undefined : accepted;
    const timeoutMs = this.#options.fetchTimeoutMs ?? FETCH_TIMEOUT_MS;
    return this.#serial.run(() =>
      withDeadline('The fetch', timeoutMs, signal, async (bounded) => {
        await this.#repository.bring(commit, this.#ref, base, bounded);
        if (base !== undefined && base !== commit) {
          await requireDescent(this.#repository.objects, commit, base, bounded);
        }
        this.#repository.settle(this.#ref, commit);
      }),
    );
  }

  /** The tip of any branch of the repository. */
  async tipOf(branch: string, signal: AbortSignal): Promise<string | undefined> {
    const ref = branchRef(branch);
    return withDeadline('Asking for the tip of a branch', TIP_TIMEOUT_MS, signal, (bounded) =>
      this.#repository.tip(ref, false, bounded),
    );
  }

  /** Makes the tip of any branch readable beside what is here. What is known of our own branch stays as it is. */
  bringBeside(commit: string, signal: AbortSignal): Promise<void> {
    const timeoutMs = this.#options.fetchTimeoutMs ?? FETCH_TIMEOUT_MS;
    return this.#serial.run(() =>
      withDeadline('The fetch of a branch', timeoutMs, signal, (bounded) =>
        this.#repository.bring(checkOid(commit), this.#ref, undefined, bounded),
      ),
    );
  }

  forkPoint(commit: string, other: string, signal: AbortSignal): Promise<string | undefined> {
    const timeoutMs = this.#options.fetchTimeoutMs ?? FETCH_TIMEOUT_MS;
    return this.#serial.run(() =>
      withDeadline('Reading the history', timeoutMs, signal, (bounded) =>
        forkPoint(this.#repository, checkOid(commit), checkOid(other), bounded),
      ),
    );
  }

  async diff(from: string | undefined, to: string): Promise<SnapshotDiff> {
    const before = from === undefined ? undefined : this.#folderTree(checkOid(from));
    const after = this.#folderTree(checkOid(to));
    if (after === undefined) {
      throw new InvalidInput(`The commit ${to.slice(0, 12)} has no folder ${this.#folder.join('/')}.`, {
        code: GitCode.pathMissing,
        hint: 'Restore the folder, or change repository.path in the configuration of the daemon. Nothing is removed meanwhile.',
      });
    }
    const { changed, removed, diagnostics } = this.#differ.diff(before, after);
    this.#repository.objects.release();
    const place = (path: string): string => [...this.#folder, path].join('/');
    return {
      commit: to,
      changed: changed.map(({ path, oid }) => ({ path: place(path), oid })),
      removed: removed.map(place),
      diagnostics: diagnostics.map((diagnostic) => ({ ...diagnostic, file: place(diagnostic.file) })),
    };
  }

  /** The blobs in the order of the disk, at most 200 and about 4 MiB a batch. Throws InvalidInput beyond 512 MiB in all. */
  *blobs(oids: readonly string[]): Generator<BlobBatch> {
    let oidsOut: string[] = [];
    let parts: (Buffer | undefined)[] = [];
    let bytesOut = 0;
    let total = 0;
    const flush = (): BlobBatch => {
      const batch = { oids: oidsOut, sizes: parts.map((part) => part?.length ?? -1), data: joined(parts, bytesOut) };
      [oidsOut, parts, bytesOut] = [[], [], 0];
      return batch;
    };
    for (const { oid, bytes } of this.#repository.objects.readBlobs([...new Set(oids)], MAX_FILE_BYTES)) {
      oidsOut.push(oid);
      parts.push(bytes);
      bytesOut += bytes?.length ?? 0;
      total += bytes?.length ?? 0;
      if (total > MAX_TOTAL_BYTES) throw tooLarge('The configuration is larger than 512 MiB.', 'Split the repository.');
      if (oidsOut.length >= MAX_BATCH || bytesOut >= MAX_BATCH_BYTES) yield flush();
    }
    if (oidsOut.length > 0) yield flush();
    this.#repository.objects.release();
  }

  async commitInfo(commit: string): Promise<CommitInfo> {
    const { parents, author, committer, message } = parseCommit(this.#commit(commit));
    return { commit, parents, author, committer, message };
  }

  async fileOrigin(commit: string, path: string, signal: AbortSignal): Promise<FileOrigin> {
    return fileOrigin(this.#repository.objects, checkOid(commit), path, signal);
  }

  deepen(commit: string, signal: AbortSignal): Promise<void> {
    const timeoutMs = this.#options.fetchTimeoutMs ?? FETCH_TIMEOUT_MS;
    return this.#serial.run(() =>
      withDeadline('Reading the history', timeoutMs, signal, (bounded) =>
        this.#repository.deepen(checkOid(commit), bounded),
      ),
    );
  }

  /** Takes its turn with fetches: it may fetch itself. */
  untrusted(
    range: { tip: string; accepted: string | undefined },
    signers: SignerFiles,
    nowMs: number,
    signal: AbortSignal,
  ): Promise<Untrusted | undefined> {
    const timeoutMs = this.#options.fetchTimeoutMs ?? FETCH_TIMEOUT_MS;
    return this.#serial.run(() =>
      withDeadline('Checking signatures', timeoutMs, signal, (bounded) =>
        findUntrusted(this.#repository, range, this.#bookOf(signers), nowMs, bounded),
      ),
    );
  }

  async signatures(commits: readonly string[], signers: SignerFiles, nowMs: number): Promise<CommitSignature[]> {
    const book = this.#bookOf(signers);
    const found: CommitSignature[] = [];
    for (const commit of commits) found.push(await book.check(this.#commit(commit), nowMs));
    return found;
  }

  close(): void {
    this.#repository.close();
  }

  #bookOf(signers: SignerFiles): SignerBook {
    if (this.#book?.version !== signers.version) this.#book = new SignerBook(signers);
    return this.#book;
  }

  #commit(oid: string): Buffer {
    return this.#repository.objects.need(checkOid(oid), 'commit', MAX_COMMIT_BYTES);
  }

  /** The tree of the configured folder, or undefined when the commit has none. */
  #folderTree(commit: string): string | undefined {
    let { tree } = parseCommit(this.#commit(commit));
    for (const part of this.#folder) {
      const entries = parseTree(this.#repository.objects.need(tree, 'tree'));
      const next = entries.find((entry) => entry.mode === Mode.tree && entry.name.toString('utf8') === part);
      if (!next) return undefined;
      tree = next.oid;
    }
    return tree;
  }
}

function folderParts(path: string): string[] {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (!parts.includes('..')) return parts;
  throw new InvalidInput('The path of the configuration may not leave the repository with "..".', {
    code: GitCode.badUrl,
    hint: 'Set repository.path to a folder inside the repository.',
  });
}

/** One buffer with an allocation of its own, so that it can be moved to another thread. */
function joined(parts: readonly (Buffer | undefined)[], length: number): Uint8Array {
  const data = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    if (!part) continue;
    data.set(part, at);
    at += part.length;
  }
  return data;
}
