import { setImmediate as breathe } from 'node:timers/promises';
import type {
  CommitInfo,
  ConfigBranches,
  ConfigHistory,
  ConfigSource,
  FileOrigin,
  ParsedFile,
  SnapshotDiff,
} from '../source.ts';
import { MAX_FILE_BYTES } from './config-engine.ts';
import type { BlobBatch, ConfigSourceOptions } from './config-engine.ts';
import type { GitThread } from './git-thread.ts';
import { newSessionId } from './git-thread.ts';
import { branchRef } from './ref-name.ts';
import { RefWatcher } from './ref-watcher.ts';
import type { Session } from './rpc.ts';
import { parseGitUrl } from './url.ts';
import type { SignatureReader } from '../signatures/commit-signatures.ts';
import type { CommitSignature, SignerFiles } from '../signatures/signature.ts';
import type { Untrusted } from '../signatures/untrusted.ts';

/** A blob on its way to the parser. */
export interface Blob {
  oid: string;
  bytes: Uint8Array;
}

/** Parsing, as this room needs it: from a cache by oid what it knows, the rest from what `read` gives for it. */
export interface DocumentParser {
  parseThrough(
    oids: readonly string[],
    read: (missing: string[]) => AsyncIterable<readonly Blob[]>,
    signal: AbortSignal,
  ): AsyncIterable<ParsedFile[]>;
}

/** A `ConfigSource` over git, any transport; the work is done in the git thread, parsing in the parser's. */
export class GitConfigSource implements ConfigSource, ConfigHistory, ConfigBranches, SignatureReader {
  readonly #thread: GitThread;
  readonly #session: Session;
  readonly #parser: DocumentParser;
  readonly #watcher: RefWatcher | undefined;

  /** Throws InvalidInput for an address that is not allowed. Opens nothing yet. */
  constructor(options: ConfigSourceOptions, thread: GitThread, parser: DocumentParser) {
    const address = parseGitUrl(options.url);
    this.#thread = thread;
    this.#session = { id: newSessionId(), role: 'source', options };
    this.#parser = parser;
    this.#watcher = address.kind === 'local' ? new RefWatcher(address.path) : undefined;
  }

  tip(signal: AbortSignal): Promise<string | undefined> {
    return this.#thread.call(this.#session, 'tip', [], signal);
  }

  fetch(commit: string, accepted: string | undefined, signal: AbortSignal): Promise<void> {
    return this.#thread.call(this.#session, 'fetch', [commit, accepted], signal);
  }

  async tipOf(branch: string, signal: AbortSignal): Promise<string | undefined> {
    // A name that is none asks no server, and is no failure of one.
    branchRef(branch);
    return this.#thread.call(this.#session, 'tipOf', [branch], signal);
  }

  bringBeside(commit: string, signal: AbortSignal): Promise<void> {
    return this.#thread.call(this.#session, 'bringBeside', [commit], signal);
  }

  forkPoint(commit: string, other: string, signal: AbortSignal): Promise<string | undefined> {
    return this.#thread.call(this.#session, 'forkPoint', [commit, other], signal);
  }

  diff(from: string | undefined, to: string, signal: AbortSignal): Promise<SnapshotDiff> {
    return this.#thread.call(this.#session, 'diff', [from, to], signal);
  }

  commitInfo(commit: string, signal: AbortSignal): Promise<CommitInfo> {
    return this.#thread.call(this.#session, 'commitInfo', [commit], signal);
  }

  fileOrigin(commit: string, path: string, signal: AbortSignal): Promise<FileOrigin> {
    return this.#thread.call(this.#session, 'fileOrigin', [commit, path], signal);
  }

  deepen(commit: string, signal: AbortSignal): Promise<void> {
    return this.#thread.call(this.#session, 'deepen', [commit], signal);
  }

  untrusted(
    range: { tip: string; accepted: string | undefined },
    signers: SignerFiles,
    nowMs: number,
    signal: AbortSignal,
  ): Promise<Untrusted | undefined> {
    return this.#thread.call(this.#session, 'untrusted', [range, signers, nowMs], signal);
  }

  signatures(
    commits: readonly string[],
    signers: SignerFiles,
    nowMs: number,
    signal: AbortSignal,
  ): Promise<CommitSignature[]> {
    return this.#thread.call(this.#session, 'signatures', [commits, signers, nowMs], signal);
  }

  /** Cached files first; the others are read in one pass over the pack and parsed. */
  async *parse(oids: readonly string[], signal: AbortSignal): AsyncGenerator<ParsedFile[]> {
    const oversized: ParsedFile[] = [];
    const read = (missing: string[]): AsyncIterable<Blob[]> => this.#blobs(missing, oversized, signal);
    yield* this.#parser.parseThrough([...new Set(oids)], read, signal);
    if (oversized.length > 0) yield oversized;
  }

  onHint(listener: () => void): void {
    this.#watcher?.on(listener);
  }

  async close(): Promise<void> {
    await this.#watcher?.close();
    await this.#thread.closeSession(this.#session.id);
  }

  async *#blobs(oids: string[], oversized: ParsedFile[], signal: AbortSignal): AsyncGenerator<Blob[]> {
    for await (const batch of this.#thread.stream<BlobBatch>(this.#session, 'blobs', [oids], signal)) {
      const blobs: Blob[] = [];
      let at = 0;
      batch.oids.forEach((oid, index) => {
        const size = batch.sizes[index]!;
        if (size < 0) return void oversized.push(tooLargeFile(oid));
        blobs.push({ oid, bytes: batch.data.subarray(at, at + size) });
        at += size;
      });
      if (blobs.length > 0) yield blobs;
      await breathe();
    }
  }
}

function tooLargeFile(oid: string): ParsedFile {
  const message = `The file is larger than ${MAX_FILE_BYTES} bytes; split it into several.`;
  return {
    oid,
    documents: [],
    diagnostics: [{ severity: 'error', code: 'file-too-large', message, file: '', line: 1, column: 1 }],
  };
}
