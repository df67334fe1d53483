import type { BranchCommit, BranchWriter, PushResult } from '../source.ts';
import type { BranchWriterOptions } from './branch-engine.ts';
import type { GitThread } from './git-thread.ts';
import { newSessionId } from './git-thread.ts';
import type { Session } from './rpc.ts';
import { parseGitUrl } from './url.ts';

/** A `BranchWriter` over git, any transport; the work is done in the git thread. */
export class GitBranchWriter implements BranchWriter {
  readonly #thread: GitThread;
  readonly #session: Session;

  /** Throws InvalidInput for an address that is not allowed. Opens nothing yet. */
  constructor(options: BranchWriterOptions, thread: GitThread) {
    parseGitUrl(options.url);
    this.#thread = thread;
    this.#session = { id: newSessionId(), role: 'writer', options };
  }

  tip(ref: string, signal: AbortSignal): Promise<string | undefined> {
    return this.#thread.call(this.#session, 'tip', [ref], signal);
  }

  read(commit: string, paths: readonly string[], signal: AbortSignal): Promise<Map<string, string>> {
    return this.#thread.call(this.#session, 'read', [commit, paths], signal);
  }

  list(commit: string, signal: AbortSignal): Promise<Map<string, string>> {
    return this.#thread.call(this.#session, 'list', [commit], signal);
  }

  push(commit: BranchCommit, signal: AbortSignal): Promise<PushResult> {
    return this.#thread.call(this.#session, 'push', [commit], signal);
  }

  close(): Promise<void> {
    return this.#thread.closeSession(this.#session.id);
  }
}
