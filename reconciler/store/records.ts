import type { Diagnostic } from '../model/diagnostic.ts';

/** Key `revision`: what the daemon has accepted of the config branch. Stored before any key of it is queued. */
export interface RevisionRecord {
  format: number;
  branch: string;
  /** Commit (hex) that is in effect. */
  accepted: string;
  /** Commits accepted so far: orders operations by the revision that first held them. */
  sequence: number;
  /** ISO time of acceptance. */
  acceptedAt: string;
  /** Tip last seen on the remote; other than `accepted` = unprocessed or refused. */
  tip: string;
  /** Why the tip is not accepted (non-fast-forward, unreadable); absent when it is. */
  refused?: { code: string; message: string };
  /** Clusters held at an older commit by diagnostics; the key `*` holds everything. */
  held: Record<string, string>;
  /** Sequence of the commits in `held`: a restart reads them oldest first. */
  heldSequence?: Record<string, number>;
  /** Findings at the tip, at most 200; `diagnosticsTotal` counts all. */
  diagnostics: Diagnostic[];
  diagnosticsTotal: number;
}

/** Key `meta`: the identity of this store. */
export interface MetaRecord {
  format: number;
  /** Random, given once. */
  id: string;
  /** Raised whenever the store is rebuilt. */
  epoch: number;
  /** Version of the program that wrote it last. */
  version: string;
  /**
   * Raised before every status commit that tells of an operation or a revision, and told in it: a store that holds a lower
   * one than the branch is a copy from before. Absent = 0.
   */
  sequence?: number;
  /** Present while the store is being rewritten as a whole: nothing may act on it. Says by what: `store import`. */
  incomplete?: string;
  /** Present while a migration to `format` is under way: the last key that it has dealt with. */
  migrating?: { after: string };
}

/** Key `claims/<host>`: whoever changes a host holds this. Created with the intent, removed with the final outcome. */
export interface ClaimRecord {
  format: number;
  /** The resource that acts, `Operation/restart-web`. */
  owner: string;
  /** Which round of it. */
  round: number;
  since: string;
  /** The daemon that took it. */
  holder: string;
}

/** Keys `halt` and `halt-file`: no step begins while one of them is there. */
export interface HaltRecord {
  format: number;
  /** The person, or the file. */
  who: string;
  why: string;
  /** ISO time. */
  since: string;
}

/** Key `released/<host>/<time>`: a claim that a person took away. */
export interface ReleaseRecord {
  format: number;
  host: string;
  /** Who held it, which round, since when, and which daemon took it. */
  owner: string;
  round: number;
  claimedSince: string;
  holder: string;
  /** The step that was in hand; absent between two steps. */
  step?: string;
  /** ISO time. */
  releasedAt: string;
  who: string;
  why: string;
}

/** Key `heartbeats/<cluster>`: last checks, one key per cluster and interval. */
export interface HeartbeatRecord {
  format: number;
  at: string;
  /** Every host of the cluster that is named neither in `lastCheck` nor in `unseen` was checked at this ISO time or later. */
  since?: string;
  /** Hosts that are late: name to ISO time of the last check that got through. */
  lastCheck: Record<string, string>;
  /** Hosts that no check got through to since the daemon started. */
  unseen?: string[];
}
