import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { InvalidInput, Transient } from '../../reconciler/model/errors.ts';
import type { BranchCommit, BranchWriter, PushResult } from '../../reconciler/source/source.ts';
import { blobOid } from '../../reconciler/status/git-blob.ts';

export interface MemoryCommit {
  parent: string | undefined;
  files: ReadonlyMap<string, string>;
  message: string;
  changes: ReadonlyMap<string, string | null>;
  author: { name: string; email: string };
  timestamp: number;
}

/** One repository that several writers share: refs by compare-and-swap and commits for ever. */
export class MemoryRemote {
  readonly refs = new Map<string, string>();
  readonly commits = new Map<string, MemoryCommit>();
  /** While set, pushes are refused with this text. */
  refusal: string | undefined;
  /** While true, nothing answers. */
  unreachable = false;
  /** Runs once, just before the next push is judged: a place for somebody else's push. */
  beforeNextPush: (() => void) | undefined;
  pushes = 0;

  /** Commits of a ref from the oldest on. */
  history(ref: string): MemoryCommit[] {
    const found: MemoryCommit[] = [];
    for (let at = this.refs.get(ref); at !== undefined; at = this.commits.get(at)!.parent)
      found.unshift(this.commits.get(at)!);
    return found;
  }

  files(ref: string): ReadonlyMap<string, string> {
    return this.commits.get(this.refs.get(ref) ?? '')?.files ?? new Map();
  }

  /** A push by somebody else, who sees the newest tip. */
  pushFile(ref: string, path: string, content: string): string {
    const result = this.accept({
      ref,
      parent: this.refs.get(ref),
      changes: new Map([[path, content]]),
      message: `add ${path}\n`,
      author: { name: 'Somebody', email: 'somebody@example.com' },
      timestamp: 0,
    });
    if (!result.ok) throw new Error(result.detail);
    return result.commit;
  }

  accept(commit: BranchCommit): PushResult {
    const { ref, parent, changes, message, author, timestamp } = commit;
    if (this.refs.get(ref) !== parent) return { ok: false, reason: 'moved', detail: 'the ref has moved' };
    if (this.refusal !== undefined) return { ok: false, reason: 'refused', detail: this.refusal };
    const files = new Map(parent === undefined ? [] : this.commits.get(parent)!.files);
    for (const [path, content] of changes) {
      if (content === null) files.delete(path);
      else files.set(path, content);
    }
    refuseFileAndFolder(files);
    const id = createHash('sha1')
      .update(JSON.stringify([parent, [...files], message, timestamp]))
      .digest('hex');
    this.commits.set(id, { parent, files, message, changes, author, timestamp });
    this.refs.set(ref, id);
    return { ok: true, commit: id };
  }
}

/** A BranchWriter in memory that refuses what the real one refuses. */
export class MemoryBranch implements BranchWriter {
  readonly #remote: MemoryRemote;

  constructor(remote: MemoryRemote) {
    this.#remote = remote;
  }

  async tip(ref: string, signal: AbortSignal): Promise<string | undefined> {
    await this.#answer(signal);
    return this.#remote.refs.get(ref);
  }

  async read(commit: string, paths: readonly string[], signal: AbortSignal): Promise<Map<string, string>> {
    await this.#answer(signal);
    const files = this.#known(commit);
    return new Map(paths.flatMap((path) => (files.has(path) ? [[path, files.get(path)!]] : [])));
  }

  async list(commit: string, signal: AbortSignal): Promise<Map<string, string>> {
    await this.#answer(signal);
    return new Map([...this.#known(commit)].map(([path, content]) => [path, blobOid(content)]));
  }

  async push(commit: BranchCommit, signal: AbortSignal): Promise<PushResult> {
    checkRef(commit.ref);
    for (const path of commit.changes.keys()) checkPath(path);
    await this.#answer(signal);
    this.#remote.pushes += 1;
    const before = this.#remote.beforeNextPush;
    this.#remote.beforeNextPush = undefined;
    before?.();
    return this.#remote.accept(commit);
  }

  async close(): Promise<void> {
    await nextTurn();
  }

  /** Lets others in between, as a remote does. */
  async #answer(signal: AbortSignal): Promise<void> {
    await nextTurn();
    signal.throwIfAborted();
    if (this.#remote.unreachable) throw new Transient('The remote does not answer.', { code: 'GIT_UNREACHABLE' });
  }

  #known(commit: string): ReadonlyMap<string, string> {
    const found = this.#remote.commits.get(commit);
    if (!found) throw new Error(`unknown commit ${commit}`);
    return found.files;
  }
}

function checkRef(ref: string): void {
  if (!/^refs\/heads\/[a-z0-9][a-z0-9/._-]*$/.test(ref) || ref.includes('..')) {
    throw new InvalidInput(`"${ref}" is not a branch.`, { code: 'BAD_REF' });
  }
}

function checkPath(path: string): void {
  const segments = path.split('/');
  const bad = (segment: string): boolean => ['', '.', '..'].includes(segment) || segment.toLowerCase() === '.git';
  if (segments.some(bad)) throw new InvalidInput(`"${path}" is not a path.`, { code: 'BAD_PATH' });
}

/** A tree cannot hold a file and a folder of the same name. */
function refuseFileAndFolder(files: ReadonlyMap<string, string>): void {
  for (const path of files.keys()) {
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
      if (files.has(path.slice(0, at))) throw new InvalidInput(`"${path}" lies below a file.`, { code: 'BAD_PATH' });
    }
  }
}
