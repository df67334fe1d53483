import type { OperationScheduleSpec } from '../../../schema/generated/types.ts';
import { parseDuration } from '../../model/duration.ts';
import { startsOf } from '../../rollout/windows/starts.ts';
import { zoneOffsets } from '../../rollout/windows/zone-offsets.ts';

/** What became of the last time at which a schedule was due. */
export interface Due {
  /** Wall-clock milliseconds. */
  at: number;
  /** It was longer ago than it may be made up for. */
  late: boolean;
}

/** The last time after `since` that has come; undefined = none has. Both are wall-clock milliseconds. */
export function dueSince(spec: OperationScheduleSpec, since: number, nowMs: number): Due | undefined {
  if (spec.when.start === undefined) return undefined;
  const at = startsOf(spec.when.start, zoneOf(spec)).upTo(nowMs);
  if (at === undefined || at <= since) return undefined;
  return { at, late: nowMs - at > parseDuration(spec.catchUp ?? '1h') };
}

/** The next time, in wall-clock milliseconds; undefined = it is not started by the clock. */
export function nextStart(spec: OperationScheduleSpec, nowMs: number): number | undefined {
  return spec.when.start === undefined ? undefined : startsOf(spec.when.start, zoneOf(spec)).after(nowMs);
}

/**
 * The name of the operation that is started at a moment: the schedule's and the date on its clocks; with the time, where it
 * starts more than once on that date; with a number, where that name was used.
 */
export function nameAt(schedule: string, spec: OperationScheduleSpec, at: number, taken: ReadonlySet<string>): string {
  const base = `${schedule}-${dateAt(spec, at)}${isFirstOfDay(spec, at) ? '' : `-${timeAt(spec, at)}`}`;
  if (!taken.has(base)) return base;
  for (let number = 2; ; number += 1) if (!taken.has(`${base}-${number}`)) return `${base}-${number}`;
}

/** `2026-11-22` on the schedule's clocks. */
export function dateAt(spec: OperationScheduleSpec, at: number): string {
  return localIso(spec, at).slice(0, 10);
}

function timeAt(spec: OperationScheduleSpec, at: number): string {
  return localIso(spec, at).slice(11, 16).replace(':', '');
}

function isFirstOfDay(spec: OperationScheduleSpec, at: number): boolean {
  if (spec.when.start === undefined) return true;
  const before = startsOf(spec.when.start, zoneOf(spec)).upTo(at - 1);
  return before === undefined || dateAt(spec, before) !== dateAt(spec, at);
}

function localIso(spec: OperationScheduleSpec, at: number): string {
  return new Date(at + zoneOffsets(zoneOf(spec)).at(at).offsetMs).toISOString();
}

function zoneOf({ timeZone }: OperationScheduleSpec): string {
  return timeZone ?? 'UTC';
}
