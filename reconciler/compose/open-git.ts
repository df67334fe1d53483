import { join } from 'node:path';
import type { DaemonConfig } from '../config/daemon-config.ts';
import type { Clock } from '../model/clock.ts';
import type { Meter } from '../model/meter.ts';
import { DocumentParser } from '../source/documents/document-parser.ts';
import { GitBranchWriter } from '../source/git/branch-writer.ts';
import { GitConfigSource } from '../source/git/config-source.ts';
import { GitThread } from '../source/git/git-thread.ts';
import { CommitSignatures } from '../source/signatures/commit-signatures.ts';

/** The git side of a daemon: one thread, the config repository, and writers for the status branch. */
export interface Git {
  source: GitConfigSource;
  /** Absent: signatures are not checked. */
  signatures: CommitSignatures | undefined;
  /** A writer for one branch of the status repository. */
  writer(branch: string): GitBranchWriter;
  close(): Promise<void>;
}

export interface ConfigClone {
  source: GitConfigSource;
  thread: GitThread;
  close(): Promise<void>;
}

export interface ConfigCloneOptions {
  /** Of the clone. No other process may use it. */
  folder: string;
  clock: Clock;
  /** Told of what is wrong with the cache of parsed documents. */
  onProblem: (message: string) => void;
  meter?: Meter | undefined;
}

/** A clone of the config repository, with a thread and a parser of its own. */
export function openConfigClone(
  config: DaemonConfig,
  { folder, clock, onProblem, meter }: ConfigCloneOptions,
): ConfigClone {
  const thread = new GitThread(meter);
  // Plain files by content: every process may share them.
  const parser = new DocumentParser({ cacheFolder: join(config.state, 'documents'), clock, onProblem });
  const { branch, path, url, auth, caFile, proxy, proxyAuth } = config.repository;
  const source = new GitConfigSource(
    { url, auth, caFile, proxy, proxyAuth, folder, branch, path, acceptRevision: config.acceptRevision },
    thread,
    parser,
  );
  return {
    source,
    thread,
    async close() {
      await source.close();
      await parser.close();
      await thread.close();
    },
  };
}

export function openGit(config: DaemonConfig, clock: Clock, onProblem: (message: string) => void, meter?: Meter): Git {
  const folder = join(config.state, 'repository');
  const clone = openConfigClone(config, { folder, clock, onProblem, meter });
  const { source, thread } = clone;
  const { branch, url, signatures } = config.repository;
  return {
    source,
    signatures: signatures && new CommitSignatures(signatures, source, clock),
    writer(statusBranch) {
      const { status } = config;
      const protectedBranches = status.url === url ? [branch] : [];
      const own = { ...status, folder: join(config.state, 'status') };
      return new GitBranchWriter({ ...own, branch: statusBranch, protectedBranches }, thread);
    },
    close: () => clone.close(),
  };
}
