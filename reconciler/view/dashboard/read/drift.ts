import type { ObjectStatus } from '../../../model/status.ts';

/** One difference between a host and its profile, as a line of a diff. */
export interface DriftLine {
  /** What would be done about it. */
  symbol: '+' | '~' | '-';
  text: string;
}

const ADDS = new Set(['install', 'create', 'enable', 'start', 'run']);
const REMOVES = new Set(['remove', 'stop', 'disable', 'forget']);
/** `file /etc/motd: replace (content)`, as `kinds/host/profile-state.ts` tells it. */
const TOLD = /^.*: ([a-z]+)(?: \(.*\))?$/;

/** What a host's status says of its profile. */
export function readDrift(status: ObjectStatus | undefined): { drift: DriftLine[]; driftTotal: number } {
  const { profile } = (status?.detail ?? {}) as { profile?: { changes?: unknown; total?: unknown } };
  const changes = Array.isArray(profile?.changes) ? profile.changes.filter((one) => typeof one === 'string') : [];
  const total = typeof profile?.total === 'number' ? profile.total : 0;
  return { drift: changes.map(driftLine), driftTotal: Math.max(total, changes.length) };
}

export function driftLine(text: string): DriftLine {
  const action = TOLD.exec(text)?.[1] ?? '';
  return { symbol: ADDS.has(action) ? '+' : REMOVES.has(action) ? '-' : '~', text };
}
