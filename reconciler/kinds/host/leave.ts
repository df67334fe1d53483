import type { ApplyOperation } from '../../../schema/generated/types.ts';
import { isoTime } from '../../model/clock.ts';
import { claimsOf, mergeConditions } from '../../model/conditions.ts';
import type { Assessment } from '../../model/controller.ts';
import { digestOf } from '../../model/digest.ts';
import type { Json } from '../../model/json.ts';
import type { ObjectStatus } from '../../model/status.ts';
import type { KindContext } from '../context.ts';
import { leavingRecord, type LeavingRecord } from '../leaving.ts';
import { isTerminal, type Phase } from '../operation/record.ts';
import type { HostObserved } from './observe.ts';
import { profileWord } from './profile-state.ts';
import type { HostRecord } from './record.ts';

/** What is known of a host that is to be cleaned. */
export interface Leaving {
  record: LeavingRecord;
  /** Phase of the operation that was started last to clean it. */
  phase?: Phase;
  /** Why it did not succeed. */
  failure?: string;
  /** That operation's name is taken by another one already: the next number is tried. */
  isTaken: boolean;
  /** Too many leave at once, and nobody has confirmed it. */
  held?: string;
}

/** Pause before the first retry, doubled with each, and the longest, in milliseconds. */
const FIRST_RETRY_MS = 60_000;
const LONGEST_RETRY_MS = 3_600_000;

/** A host has left the repository: forgotten at once, unless what we brought is to be removed first. */
export function assessDeparture({ key, record, previous }: HostObserved, context: KindContext): Assessment {
  const forgotten: Assessment = { status: undefined, record: null, outcome: { result: 'steady' } };
  const brought = record?.profile !== undefined && record.profile.impossible === undefined;
  if (!record?.leave || !brought) return forgotten;
  const { cluster } = previous ?? {};
  const leaving = leavingRecord({
    spec: record.leave,
    ...(cluster === undefined ? {} : { cluster }),
    since: isoTime(context.nowMs),
    commit: context.revision.commit,
  });
  return {
    status: previous ?? { key, conditions: [], status: 'leaving', detail: {} },
    leaving: leaving as unknown as Json,
    outcome: { result: 'progress' },
  };
}

/**
 * A host that is only there to be cleaned: an operation removes what we brought, and is tried again with a growing pause. It is forgotten
 * once nothing of ours is left.
 */
export function assessLeaving(
  assessed: Assessment & { status: ObjectStatus },
  record: HostRecord,
  leaving: Leaving,
  compared: boolean,
  context: KindContext,
): Assessment {
  const { status } = assessed;
  const name = status.key.slice('Host/'.length);
  const last = operationName(name, leaving.record.tries);
  const finished = leaving.phase !== undefined && isTerminal(leaving.phase);
  if (compared && profileWord(record.profile, undefined) === 'none' && record.failure === undefined) {
    const operations = [{ name: last, spec: undefined }];
    return { status: undefined, record: null, leaving: null, operations, outcome: { result: 'steady' } };
  }
  const next = nextTry(leaving, finished, context.nowMs);
  const shown = leavingStatus(status, leaving, next.why, context.nowMs);
  const result: Assessment = { ...assessed, status: shown, leaving: next.record as unknown as Json };
  const drop = finished ? [{ name: last, spec: undefined }] : [];
  if (!next.due) return { ...result, operations: drop };
  const spec: ApplyOperation = {
    type: 'apply',
    description: `what Intendant brought is removed: ${name} has left the repository`,
    target: { hosts: [name] },
  };
  return {
    ...result,
    operations: [...drop, { name: operationName(name, next.record.tries), spec: spec as unknown as Json }],
  };
}

/** Whether another operation is started now, and what is remembered. */
function nextTry(
  { record, phase, failure, isTaken, held }: Leaving,
  finished: boolean,
  nowMs: number,
): { due: boolean; record: LeavingRecord; why: string } {
  if (held !== undefined) return { due: false, record, why: held };
  const again = { ...record, tries: record.tries + 1 };
  delete again.notBefore;
  if (record.tries === 0 || isTaken) return { due: true, record: again, why: 'is about to be cleaned' };
  if (!finished)
    return { due: false, record, why: phase === undefined ? 'is about to be cleaned' : 'is being cleaned' };
  const why = `could not be cleaned${failure === undefined ? '' : `: ${failure}`}`;
  if (record.notBefore === undefined) {
    const pause = Math.min(FIRST_RETRY_MS * 2 ** (record.tries - 1), LONGEST_RETRY_MS);
    return { due: false, record: { ...record, notBefore: isoTime(nowMs + pause) }, why };
  }
  return {
    due: Date.parse(record.notBefore) <= nowMs,
    record: Date.parse(record.notBefore) <= nowMs ? again : record,
    why,
  };
}

function leavingStatus(status: ObjectStatus, { record, held }: Leaving, why: string, nowMs: number): ObjectStatus {
  const reason = held === undefined ? 'Cleaning' : 'PruneNotConfirmed';
  const message = `it has left the repository with onRemove: clean, and ${why}`;
  const claim = claimsOf(status.observedGeneration);
  const claims = [
    claim('Ready', 'False', reason, message),
    ...(held === undefined ? [] : [claim('Stalled', 'True', reason, held)]),
  ];
  return {
    ...status,
    ...(record.cluster === undefined ? {} : { cluster: record.cluster }),
    status: 'leaving',
    conditions: mergeConditions(status.conditions, claims, isoTime(nowMs)),
  };
}

/** The operation that cleans a host, by the number of the try. */
export function operationName(host: string, tries: number): string {
  const stem = host.length <= 45 ? host : `${host.slice(0, 36)}-${digestOf(host).slice(0, 8)}`;
  return `clean-${stem}-${tries}`;
}
