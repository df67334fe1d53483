import type { Json } from '../../model/json.ts';

/** An operation that a schedule has started. */
export interface MadeOperation {
  name: string;
  /** ISO time of the start that it stands for. */
  at: string;
  /** By trigger: the hosts that needed it, each with its boot id then. */
  hosts?: Record<string, string>;
}

/** Key `records/OperationSchedule/<name>`. */
export interface ScheduleRecord {
  format: number;
  /** ISO time up to which starts have been dealt with: at first, when the schedule was first seen. */
  since: string;
  /** What was started, newest first. */
  made: MadeOperation[];
  /** Why the last start was none. */
  skipped?: { at: string; why: string };
}

export function asScheduleRecord(value: Json | undefined): ScheduleRecord | undefined {
  return value as unknown as ScheduleRecord | undefined;
}
