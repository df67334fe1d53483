import type { ResourceKey } from '../model/resource.ts';
import type { ObjectStatus } from '../model/status.ts';
import type { Halt } from '../rollout/brake.ts';
import type { DiagnosticList } from '../status/diagnostics-file.ts';
import type { RevisionRecord } from '../store/records.ts';

/** Where a view reads: the running daemon, the live state itself, or the status branch in git. In this order of freshness. */
export const VIEW_SOURCES = ['socket', 'store', 'status'] as const;
export type ViewSource = (typeof VIEW_SOURCES)[number];

/** Why a daemon begins nothing, and since when (ISO time). */
export interface Idle {
  since: string;
  why: string;
}

/** What is known of the fleet as a whole. */
export interface FleetInfo {
  from: ViewSource;
  /** ISO time: what the view shows is at least as new as this. */
  asOf: string;
  fleet: string;
  /** Version of the program that wrote what is shown. */
  version: string;
  /** Absent before the first revision was accepted. */
  revision?: Pick<RevisionRecord, 'branch' | 'accepted' | 'tip' | 'refused'>;
  /** ISO time at which the daemon last showed that it lives; absent when it never did. */
  heartbeat?: string;
  /** Milliseconds between heartbeats, where they are promised: in the status branch. */
  heartbeatMs?: number;
  /** Clusters held at an older commit; `*` = all. */
  held: Record<string, string>;
  /** The daemon that holds the fleet. Null: none does. Absent: this view cannot tell. */
  holder?: string | null;
  store?: { id: string; epoch: number };
  /** Why the daemon that was asked does not act for the fleet. Absent: it does, or no daemon was asked. */
  waiting?: Idle;
  /** Every brake that is pulled: while there is one, no step begins. Absent or empty: none. */
  halts?: Halt[];
}

/** Reading the fleet. Three implementations answer alike; only how fresh they are differs. Texts are fit to be shown. */
export interface FleetView {
  readonly from: ViewSource;
  info(signal: AbortSignal): Promise<FleetInfo>;
  /** All objects, or those of one kind, sorted by key. */
  list(kind: string | undefined, signal: AbortSignal): Promise<ObjectStatus[]>;
  get(key: ResourceKey, signal: AbortSignal): Promise<ObjectStatus | undefined>;
  diagnostics(signal: AbortSignal): Promise<DiagnosticList>;
  close(): Promise<void>;
}

/** The order of every list of objects. */
export function byKey(a: ObjectStatus, b: ObjectStatus): number {
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
}
