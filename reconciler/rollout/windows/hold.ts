import type { Window } from '../../../schema/generated/types.ts';
import { isoTime } from '../../model/clock.ts';
import { formatDuration } from '../../model/duration.ts';
import type { Hold } from '../decide.ts';
import { closesAt, closureAt, opensAt, type Closure, type WindowSet } from './open-times.ts';

/** What becomes of an operation whose windows close; see the schema. */
export type Overrun = 'hold' | 'host' | 'finish';

export interface WindowQuestion {
  /** Windows of every cluster concerned and of the operation itself; sets without windows may be among them. */
  sets: readonly WindowSet[];
  nowMs: number;
  overrun: Overrun;
  /** The operation has begun. */
  begun: boolean;
  /** How long one host may take at most, in milliseconds: all its timeouts together. */
  hostMs: number;
  /** Why the daemon's clock cannot be trusted. */
  clockDoubt?: string;
}

/** Reasons of holds that the calendar ends. */
export const WINDOW_CLOSED = 'WindowClosed';
export const WINDOW_TOO_SHORT = 'WindowTooShort';
/** Reason of the hold while the daemon's clock cannot be trusted. */
export const CLOCK_NOT_SYNCHRONISED = 'ClockNotSynchronised';

/** A clock may be set meanwhile: after this long it is looked at again, however far the opening is. Milliseconds. */
const LONGEST_WAIT_MS = 10 * 60_000;
/** How many openings are tried for one that is long enough. */
const MOST_OPENINGS = 100;

/** Why no host may be begun now, as far as maintenance windows go; undefined = they are open. Pure. */
export function windowHold(question: WindowQuestion): Hold | undefined {
  const { nowMs, overrun, begun, hostMs, clockDoubt } = question;
  const sets = question.sets.map(begun && overrun === 'finish' ? withoutAllows : same).filter(hasWindows);
  if (sets.length === 0) return undefined;
  if (clockDoubt) return { reason: CLOCK_NOT_SYNCHRONISED, message: clockDoubt, retryAfterMs: LONGEST_WAIT_MS };
  const needed = overrun === 'hold' ? hostMs : 0;
  const closure = closureAt(sets, nowMs);
  if (closure) return closedHold(closure, opening(sets, nowMs, needed), nowMs, needed);
  const closes = needed > 0 ? closesAt(sets, nowMs) : undefined;
  if (closes === undefined || nowMs + needed <= closes) return undefined;
  const next = opening(sets, closes, needed);
  return {
    reason: WINDOW_TOO_SHORT,
    message: `a host may take ${formatDuration(needed)} and the maintenance windows close at ${moment(closes)} (overrun: hold); ${opensNext(next, needed)}`,
    ...retryAt(next, nowMs),
  };
}

/** The next moment at which all are open for at least so long. */
function opening(sets: readonly WindowSet[], fromMs: number, needed: number): number | undefined {
  let from = fromMs;
  for (let tries = 0; tries < MOST_OPENINGS; tries += 1) {
    const opens = opensAt(sets, from);
    if (opens === undefined) return undefined;
    const closes = needed > 0 ? closesAt(sets, opens) : undefined;
    if (closes === undefined || closes - opens >= needed) return opens;
    from = closes;
  }
  return undefined;
}

function closedHold({ owner, deny }: Closure, opens: number | undefined, nowMs: number, needed: number): Hold {
  const where = deny
    ? `within the deny window${named(deny)} of ${owner}`
    : `outside the maintenance windows of ${owner}`;
  return { reason: WINDOW_CLOSED, message: `${where}; ${opensNext(opens, needed)}`, ...retryAt(opens, nowMs) };
}

function opensNext(opens: number | undefined, needed: number): string {
  const enough = needed > 0 ? ` for the ${formatDuration(needed)} that a host may take` : '';
  return opens === undefined
    ? `they do not open${enough} within the next 400 days`
    : `they open next${enough} at ${moment(opens)}`;
}

function retryAt(opens: number | undefined, nowMs: number): Pick<Hold, 'retryAfterMs'> {
  return { retryAfterMs: Math.min((opens ?? Infinity) - nowMs, LONGEST_WAIT_MS) };
}

/** `2026-11-23T22:00Z`; with seconds where there are some. */
function moment(ms: number): string {
  return isoTime(ms).replace(/(:00)?\.\d{3}Z$/, 'Z');
}

function named({ name }: Window): string {
  return name === undefined ? '' : ` \`${name}\``;
}

function withoutAllows({ owner, windows }: WindowSet): WindowSet {
  return { owner, windows: windows.filter(({ kind }) => kind === 'deny') };
}

function hasWindows({ windows }: WindowSet): boolean {
  return windows.length > 0;
}

function same(set: WindowSet): WindowSet {
  return set;
}
