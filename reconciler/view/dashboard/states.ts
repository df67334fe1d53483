import type { Condition } from '../../model/conditions.ts';
import type { ObjectStatus } from '../../model/status.ts';
import { driftOf, troubleOf } from '../../status/wellness.ts';
import { MOST_HOSTS_UNKNOWN } from '../../kinds/host/sight.ts';

/** How a host is shown: one word, one colour and one shape each. The worst first, which is the order of every list. */
export const HOST_STATES = [
  'failed',
  'unknown',
  'drifted',
  'operating',
  'bootstrapping',
  'investigating',
  'disassociated',
  'maintenance',
  'active',
] as const;
export type HostState = (typeof HOST_STATES)[number];

/** What each state is called, and what it means. */
export const STATE_TEXTS: Record<HostState, { label: string; meaning: string }> = {
  failed: { label: 'failed', meaning: 'it does not answer, or cannot be used' },
  unknown: { label: 'unknown', meaning: 'nothing can be said about it at the moment' },
  drifted: { label: 'drifted', meaning: 'it answers, and is not as the repository says' },
  operating: { label: 'in operation', meaning: 'an operation is changing it right now' },
  bootstrapping: { label: 'bootstrapping', meaning: 'it is being brought to its profile' },
  investigating: { label: 'investigating', meaning: 'it has not been looked at yet' },
  disassociated: { label: 'disassociated', meaning: 'it answers, and is in no container manager yet' },
  maintenance: { label: 'maintenance', meaning: 'somebody has taken it out' },
  active: { label: 'active', meaning: 'it answers and is as it should be' },
};

const BY_WORD: Record<string, HostState> = {
  active: 'active',
  failed: 'failed',
  bootstrapping: 'bootstrapping',
  disassociated: 'disassociated',
  investigating: 'investigating',
};

/**
 * The state of a host. What is in the hand of an operation shows that first: that it does not answer meanwhile is meant.
 *
 * @param inHand an operation is changing it now.
 */
export function stateOf(status: ObjectStatus | undefined, inHand: boolean): HostState {
  if (inHand) return 'operating';
  if (!status) return 'unknown';
  if (status.detail.maintenance === true) return 'maintenance';
  if (status.conditions.some(({ reason }) => reason === MOST_HOSTS_UNKNOWN)) return 'unknown';
  const state = BY_WORD[status.status] ?? 'unknown';
  if (state !== 'active') return state;
  if (troubleOf(status)) return 'failed';
  return driftOf(status) ? 'drifted' : 'active';
}

/** Why a host is not simply well, one sentence; undefined where the state says it all. */
export function whyOf(status: ObjectStatus | undefined): string | undefined {
  if (!status) return undefined;
  const suspended = status.conditions.find(({ type, status: is }) => type === 'Suspended' && is === 'True');
  if (status.detail.maintenance === true) return suspended?.message;
  const ready = status.conditions.find(({ type, status: is }) => type === 'Ready' && is !== 'True');
  return (troubleOf(status) ?? driftOf(status) ?? ready)?.message;
}

/** Whether news is good or bad. */
export type Tone = 'good' | 'bad' | 'quiet';

/** What the value of a condition means. That something is being worked on is neither good nor bad. */
export function conditionTone(type: Condition['type'], status: Condition['status']): Tone {
  if (status === 'Unknown' || type === 'Reconciling') return 'quiet';
  return (status === 'True') === (type === 'Ready' || type === 'Healthy') ? 'good' : 'bad';
}

/** How many hosts are in each state. */
export type StateCounts = Record<HostState, number>;

export function countStates(states: Iterable<HostState>): StateCounts {
  const counts = Object.fromEntries(HOST_STATES.map((state) => [state, 0])) as StateCounts;
  for (const state of states) counts[state] += 1;
  return counts;
}

/** The worse of two comes first. */
export function byState(a: HostState, b: HostState): number {
  return HOST_STATES.indexOf(a) - HOST_STATES.indexOf(b);
}
