import type { OperationSpec } from '../../../schema/generated/types.ts';
import type { Json } from '../../model/json.ts';
import type { JournalRecord } from '../../model/plan.ts';
import type { Overrun } from '../../rollout/windows/hold.ts';
import type { AdoptedHold } from './adopted.ts';
import type { ApprovalRecord } from './approval.ts';
import type { FrozenNeighbour } from './neighbours/neighbour.ts';

export const PHASES = ['Pending', 'Running', 'Suspended', 'Succeeded', 'Failed', 'Cancelled'] as const;
export type Phase = (typeof PHASES)[number];

/** Key `records/Operation/<name>`: what an operation is bound to from the moment it begins. */
export interface OperationRecord {
  format: number;
  name: string;
  /** The revision that first held the operation: decides the order of operations on one cluster. */
  heldSince: { commit: string; sequence: number };
  phase: Phase;
  /** Set by Begin and never changed: what is done is what was reviewed. */
  frozen?: FrozenOperation;
  /** Round in hand: 0, or the value of `retry` that was last taken up. */
  round: number;
  /** Hosts of the round in hand, in batches. */
  batches: string[][];
  /** Set while the round that a retry asked for waits for its turn. */
  queued?: true;
  beganAt?: string;
  finishedAt?: string;
  /** Set once a cancel was seen: it cannot be taken back. */
  cancelled?: boolean;
  /** Set while it needs an approval, and kept once it has begun with one. */
  approval?: ApprovalRecord;
  /** Set when the record was rebuilt from the status branch: nothing is begun until a commit lets it go on. */
  adopted?: AdoptedHold;
}

export interface FrozenOperation {
  spec: OperationSpec;
  /** Digest of the spec without the fields that may change later. */
  digest: string;
  /** Commit (hex) in effect at Begin: what the selection was made from. */
  commit?: string;
  /** All hosts selected, in order. */
  hosts: string[];
  /** Clusters those hosts belong to. */
  clusters: string[];
  rollout: FrozenRollout;
  /** Who is told before and after the act on each host; absent = nobody. */
  neighbours?: FrozenNeighbour[];
}

/** The rollout settings in effect: the operation's over its cluster's over the defaults, resolved to numbers. */
export interface FrozenRollout {
  maxUnavailable: number;
  maxFailures: number;
  minHealthyMs: number;
  /** The first batch must succeed whole. */
  canary?: true;
  /** Absent: `host`. */
  overrun?: Overrun;
}

export function isTerminal(phase: Phase): boolean {
  return phase === 'Succeeded' || phase === 'Failed' || phase === 'Cancelled';
}

/** True while other operations have to keep away from its clusters and hosts: it has begun, has its turn, and has not ended. */
export function holdsGround(record: OperationRecord): boolean {
  return record.frozen !== undefined && !record.queued && !isTerminal(record.phase);
}

/** True for the journal entry that holds a host's outcome in a round. */
export function isVerdict(entry: JournalRecord): boolean {
  return entry.step.verdict !== undefined;
}

export function asOperationRecord(value: Json | undefined): OperationRecord | undefined {
  return value as unknown as OperationRecord | undefined;
}
