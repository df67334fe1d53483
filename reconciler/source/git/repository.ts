import { InvalidInput, Transient } from '../../model/errors.ts';
import { GitCode } from './git-error.ts';
import { ancestry } from './history.ts';
import type { GitObject } from './object.ts';
import type { ObjectStore } from './object-store.ts';

/** New objects and the ref that shall name the last of them. */
export interface Publication {
  ref: string;
  expected: string | undefined;
  next: string;
  objects: ReadonlyMap<string, GitObject>;
}

/** What became of a publication. */
export type Published = { kind: 'ok' } | { kind: 'moved' | 'refused'; detail: string };

/** A repository behind any transport, seen from the git thread. */
export interface Repository {
  readonly objects: ObjectStore;
  /** The oid of a ref, asked anew. `writing`: with the rights that a push needs. */
  tip(ref: string, writing: boolean, signal: AbortSignal): Promise<string | undefined>;
  /**
   * Makes `commit`, seen at the tip of `ref`, readable. With `accepted`, also enough history to tell whether it descends
   * from that.
   */
  bring(commit: string, ref: string, accepted: string | undefined, signal: AbortSignal): Promise<void>;
  /** Brings the whole history of a commit that is here, where only a part of it is. */
  deepen(commit: string, signal: AbortSignal): Promise<void>;
  /** Remembers that our copy of the ref stands at `commit`; later fetches build on it. */
  settle(ref: string, commit: string): void;
  publish(publication: Publication, signal: AbortSignal): Promise<Published>;
  close(): void;
}

/** Throws InvalidInput `NON_FAST_FORWARD` unless `commit` is `accepted` or descends from it, as far as is known here. */
export async function requireDescent(
  objects: ObjectStore,
  commit: string,
  accepted: string,
  signal: AbortSignal,
): Promise<void> {
  if ((await ancestry(objects, commit, accepted, signal)).found) return;
  throw new InvalidInput(
    `The branch was rewritten: ${commit.slice(0, 12)} does not descend from ${accepted.slice(0, 12)}, the last accepted commit.`,
    {
      code: GitCode.nonFastForward,
      hint: `Push a commit on top of ${accepted}, or set acceptRevision: ${commit} in the daemon's configuration if this is meant.`,
    },
  );
}

/** Runs `work` under the caller's signal and a deadline of its own; the deadline shows as Transient `GIT_TIMEOUT`. */
export async function withDeadline<T>(
  what: string,
  ms: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(new Error('deadline')), ms);
  try {
    return await work(AbortSignal.any([signal, deadline.signal]));
  } catch (error) {
    if (!deadline.signal.aborted || signal.aborted) throw error;
    throw new Transient(`${what} took longer than ${Math.round(ms / 1000)} s and was given up.`, {
      code: GitCode.timeout,
      hint: 'Check the network and the git server; it is tried again.',
      cause: error,
    });
  } finally {
    clearTimeout(timer);
  }
}
