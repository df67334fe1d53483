import type { ApplyReview } from '../../kinds/cluster/review-apply.ts';
import type { OperationReview } from '../../kinds/operation/review.ts';
import type { Diagnostic } from '../../model/diagnostic.ts';
import type { Change } from '../../model/plan.ts';

/** What merging a branch of the config repository would do. */
export interface BranchPlan {
  branch: string;
  /** Commits (hex): the tip of the branch, and the accepted revision that it is compared with. */
  head: string;
  base: string;
  changes: Change[];
  operations: OperationReview[];
  profiles: ApplyReview[];
  /** What is wrong in the branch. */
  diagnostics: Diagnostic[];
}

/** Computes plans of branches: no SSH, no secrets. */
export interface PlanOfBranch {
  /** Undefined: the remote has no such branch. Throws InvalidInput `BRANCH_NAME`, Transient. */
  plan(branch: string, signal: AbortSignal): Promise<BranchPlan | undefined>;
}

/** One commit of the config branch. Texts are fit to be shown. */
export interface RevisionEntry {
  /** Hex. */
  commit: string;
  author: string;
  /** ISO time of the author. */
  at: string;
  /** First line of the message. */
  subject: string;
  /** What it changed, sorted by key; undefined where its parent is not in the clone. */
  changes?: Change[];
}

/** Reads the commits of the config branch from the clone. */
export interface RevisionLog {
  /** Newest first, from the accepted revision or from after `before` (a commit, hex). At most `limit`. */
  list(query: { limit: number; before?: string }, signal: AbortSignal): Promise<RevisionEntry[]>;
  /** Undefined: the clone has no such commit. */
  get(commit: string, signal: AbortSignal): Promise<RevisionEntry | undefined>;
}
