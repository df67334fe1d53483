import type { OperationScheduleSpec, OperationSpec } from '../../../schema/generated/types.ts';
import { isoTime } from '../../model/clock.ts';
import { dateAt, dueSince, nameAt } from './due.ts';
import type { MadeOperation, ScheduleRecord } from './record.ts';

/** What a schedule sees of the operations that it has started, and of hosts. */
export interface ScheduleObserved {
  record: ScheduleRecord | undefined;
  /** Those that have not ended, by name. */
  unfinished: readonly string[];
  /** Hosts of the target that need a reboot, each with its boot id. */
  needy: ReadonlyMap<string, string>;
  /** Names that operations have or had. */
  taken: ReadonlySet<string>;
  /** Why nothing may be started now; undefined = it may. */
  blocked?: string;
}

/** What follows for a schedule now. */
export interface ScheduleDecision {
  record: ScheduleRecord;
  /** The operation that is started. */
  start?: { name: string; spec: OperationSpec };
  /** Operations that were started so long ago that they need not stand any more; they have ended. */
  forget: string[];
}

/** Operations of one schedule that stand after they have ended. */
const MOST_MADE = 20;

/** Decides whether a schedule starts its operation now. Pure. */
export function decideSchedule(
  name: string,
  spec: OperationScheduleSpec,
  observed: ScheduleObserved,
  nowMs: number,
): ScheduleDecision {
  const record = observed.record ?? { format: 1, since: isoTime(nowMs), made: [] };
  if (observed.blocked !== undefined) return { record, forget: [] };
  return spec.when.start === undefined
    ? byTrigger(name, spec, record, observed, nowMs)
    : byClock(name, spec, record, observed, nowMs);
}

function byClock(
  name: string,
  spec: OperationScheduleSpec,
  record: ScheduleRecord,
  { unfinished, taken }: ScheduleObserved,
  nowMs: number,
): ScheduleDecision {
  const due = dueSince(spec, Date.parse(record.since), nowMs);
  if (!due) return { record, forget: [] };
  const at = isoTime(due.at);
  const why = spec.suspend
    ? 'the schedule was suspended'
    : due.late
      ? 'the daemon was away for too long'
      : unfinished.length > 0
        ? `${unfinished.join(', ')} had not ended`
        : undefined;
  if (why !== undefined) return { record: { ...record, since: at, skipped: { at, why } }, forget: [] };
  const made = { name: nameAt(name, spec, due.at, taken), at };
  return started({ ...record, since: at }, made, spec.operation);
}

function byTrigger(
  name: string,
  spec: OperationScheduleSpec,
  record: ScheduleRecord,
  { unfinished, needy, taken }: ScheduleObserved,
  nowMs: number,
): ScheduleDecision {
  const today = dateAt(spec, nowMs);
  const tried = (host: string, bootId: string): boolean =>
    record.made.some(({ at, hosts }) => hosts?.[host] === bootId && dateAt(spec, Date.parse(at)) === today);
  const hosts = [...needy].filter(([host, bootId]) => !tried(host, bootId)).sort(([a], [b]) => (a < b ? -1 : 1));
  if (spec.suspend || unfinished.length > 0 || hosts.length === 0) return { record, forget: [] };
  const made = {
    name: nameAt(name, spec, nowMs, taken),
    at: isoTime(nowMs),
    hosts: Object.fromEntries(hosts),
  };
  return started(record, made, { ...spec.operation, target: { hosts: hosts.map(([host]) => host) } });
}

function started(record: ScheduleRecord, made: MadeOperation, spec: OperationSpec): ScheduleDecision {
  const { skipped: _skipped, ...rest } = record;
  const all = [made, ...record.made];
  return {
    record: { ...rest, made: all.slice(0, MOST_MADE) },
    start: { name: made.name, spec },
    // Nothing is started while one has not ended: what is this old has.
    forget: all.slice(MOST_MADE).map(({ name }) => name),
  };
}
