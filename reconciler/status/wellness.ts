import type { Condition, ConditionType } from '../model/conditions.ts';
import { splitKey } from '../model/resource.ts';
import type { ObjectStatus } from '../model/status.ts';

/** Words that say by themselves that something is wrong, for objects whose conditions do not. */
const BAD_WORDS = new Set(['failed', 'degraded', 'Failed']);

/** Why an object is not well: CamelCase reason and a sentence. */
export interface Trouble {
  reason: string;
  message: string;
}

/**
 * Why an object is not well, undefined when it is or when nothing can be said yet (reconciling). One definition for the
 * README, the health that `status` exits with, and the commit messages. Not counted: a host in maintenance, an operation
 * that was cancelled (somebody wanted that) or whose document has left the repository (`detail.removed`).
 */
export function troubleOf(status: ObjectStatus): Trouble | undefined {
  if (status.detail.maintenance === true || status.detail.removed === true || status.status === 'Cancelled') {
    return undefined;
  }
  const bad = find(status, 'Stalled', 'True') ?? find(status, 'Healthy', 'False') ?? find(status, 'Ready', 'False');
  if (bad) return { reason: bad.reason, message: bad.message };
  if (BAD_WORDS.has(status.status)) return { reason: status.status, message: `the status is ${status.status}` };
  return undefined;
}

/** What is not as it should be on a host that is well otherwise; undefined: nothing. */
export function driftOf(status: ObjectStatus): Trouble | undefined {
  const drift = troubleOf(status) || splitKey(status.key).kind !== 'Host' ? undefined : find(status, 'Drifted', 'True');
  return drift && { reason: drift.reason, message: drift.message };
}

/** True for an operation that has begun or will begin by itself: Pending, Running or Suspended. */
export function isUnfinished(status: ObjectStatus): boolean {
  const unfinished = ['Pending', 'Running', 'Suspended'].includes(status.status);
  return unfinished && splitKey(status.key).kind === 'Operation';
}

function find(status: ObjectStatus, type: ConditionType, state: Condition['status']): Condition | undefined {
  return status.conditions.find((condition) => condition.type === type && condition.status === state);
}
