import type { Diagnostic } from '../model/diagnostic.ts';
import type { JsonObject } from '../model/json.ts';

/** A file of the config repository after parsing and schema validation. Cached by blob oid; holds no path and no commit. */
export interface ParsedFile {
  oid: string;
  documents: ParsedDocument[];
  /** `file` is empty: filled in when the file is placed in an inventory. */
  diagnostics: Diagnostic[];
}

export interface ParsedDocument {
  apiVersion: string;
  kind: string;
  name: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  spec: JsonObject;
  /** Digest of kind, metadata and spec. */
  digest: string;
  line: number;
  /** Line and column of the fields that cross-checks speak of, by JSON pointer: `/metadata/name`, `/spec/cluster`. */
  positions: Record<string, [line: number, column: number]>;
  /** False: schema errors were found (they are in the file's diagnostics); what could be read is here so that suspend, cancel, freeze and the owner are known. */
  valid: boolean;
}

export interface FileEntry {
  path: string;
  oid: string;
}

/** The tip of the config branch and whether it follows from the accepted commit. */
export interface Tip {
  commit: string;
}

export interface CommitInfo {
  commit: string;
  parents: string[];
  /** Timestamps are seconds since 1970. */
  author: { name: string; email: string; timestamp: number };
  committer: { name: string; email: string; timestamp: number };
  message: string;
}

/** Where a file got the content that it has at a commit: the nearest commit back from there none of whose parents has it. */
export interface FileOrigin {
  made: CommitInfo;
  /** Blob oid of the content (hex); undefined: there is no such file. */
  oid: string | undefined;
  /** The parents of that commit that are here, and what the file holds there. */
  parents: { commit: string; oid: string | undefined }[];
  /** The history is cut here: a parent has not been fetched. */
  cut: boolean;
}

/** What changed between two commits below the configured path. */
export interface SnapshotDiff {
  commit: string;
  /** All files when `from` was undefined, else those added or with another oid. */
  changed: FileEntry[];
  removed: string[];
  /**
   * Every refused entry of `commit` (not only those that changed): symlinks, submodules, bad names. Oversized files
   * show as a diagnostic of their `ParsedFile`.
   */
  diagnostics: Diagnostic[];
}

/** Reading the config repository. One implementation per transport shape; all off the main event loop. */
export interface ConfigSource {
  /** One ls-remote: the tip of the branch, undefined when the branch does not exist. */
  tip(signal: AbortSignal): Promise<string | undefined>;
  /**
   * Makes `commit` readable locally. `accepted` = the last accepted commit: a tip that does not descend from it is
   * refused with InvalidInput `NON_FAST_FORWARD`.
   */
  fetch(commit: string, accepted: string | undefined, signal: AbortSignal): Promise<void>;
  /**
   * Both commits must have been fetched. Throws Transient `GIT_OBJECT_MISSING` when `from` is no longer here (ask again
   * with undefined), InvalidInput `GIT_PATH_MISSING` when `to` has no folder at the configured path.
   */
  diff(from: string | undefined, to: string, signal: AbortSignal): Promise<SnapshotDiff>;
  /** Parsed documents of these blobs, pulled in messages of at most 200. */
  parse(oids: readonly string[], signal: AbortSignal): AsyncIterable<ParsedFile[]>;
  commitInfo(commit: string, signal: AbortSignal): Promise<CommitInfo>;
  /** Calls back when a local repository's refs change (chokidar); never for remote ones. */
  onHint(listener: () => void): void;
  close(): Promise<void>;
}

/** Who made what the config repository holds. */
export interface ConfigHistory {
  /** Where the file at `path` (from the repository's root) got the content that it has at `commit`. */
  fileOrigin(commit: string, path: string, signal: AbortSignal): Promise<FileOrigin>;
  /** Brings the whole history of a commit that was fetched, where only a part of it is here. */
  deepen(commit: string, signal: AbortSignal): Promise<void>;
}

/** Branches of the config repository beside the one that is in effect: proposals. */
export interface ConfigBranches {
  /** The tip of a branch, asked anew; undefined when there is none. Throws InvalidInput `GIT_REF_INVALID` for a name that git would refuse. */
  tipOf(branch: string, signal: AbortSignal): Promise<string | undefined>;
  /** Makes a commit that was seen at the tip of a branch readable. Moves nothing that is known of the config branch. */
  bringBeside(commit: string, signal: AbortSignal): Promise<void>;
  /**
   * The nearest commit that both come from, which are here; undefined where they have nothing in common. What a branch has
   * changed is what differs between that and its tip.
   */
  forkPoint(commit: string, other: string, signal: AbortSignal): Promise<string | undefined>;
}

export interface Signature {
  name: string;
  email: string;
}

export interface BranchCommit {
  /** Full ref, `refs/heads/intendant/status`; checked before every push. */
  ref: string;
  /** The commit that the new one stands on; undefined = the branch does not exist yet (an orphan). */
  parent: string | undefined;
  /** Path to new content, or null to remove. Subtrees not named are carried over. */
  changes: ReadonlyMap<string, string | null>;
  message: string;
  author: Signature;
  /** Seconds since 1970. */
  timestamp: number;
}

export type PushResult =
  | { ok: true; commit: string }
  /** `moved`: somebody pushed in between: read the new tip and rebuild. `refused`: the remote said no. */
  | { ok: false; reason: 'moved' | 'refused'; detail: string };

/** Writing one branch of a repository by compare-and-swap. Never forces. */
export interface BranchWriter {
  tip(ref: string, signal: AbortSignal): Promise<string | undefined>;
  /** Files of a commit that this writer can read: path to content. */
  read(commit: string, paths: readonly string[], signal: AbortSignal): Promise<Map<string, string>>;
  /** Every path of a commit with its blob oid. */
  list(commit: string, signal: AbortSignal): Promise<Map<string, string>>;
  push(commit: BranchCommit, signal: AbortSignal): Promise<PushResult>;
  close(): Promise<void>;
}
