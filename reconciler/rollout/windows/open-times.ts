import type { Window } from '../../../schema/generated/types.ts';
import { parseDuration } from '../../model/duration.ts';
import { startsOf } from './starts.ts';

/** Windows that belong together, and whose they are: `cluster web`, `the operation`. */
export interface WindowSet {
  owner: string;
  windows: readonly Window[];
}

/** Why a set is closed. `deny`: the deny window that is open; without it no allow window is. */
export interface Closure {
  owner: string;
  deny?: Window;
}

/** How far ahead is looked; what does not happen until then is called never. Milliseconds. */
const HORIZON_MS = 400 * 86_400_000;
/** Hostile documents could make the search long: it ends after this many changes. */
const MOST_CHANGES = 300;

/** The first set that is closed at a moment; undefined = all are open. Pure. */
export function closureAt(sets: readonly WindowSet[], ms: number): Closure | undefined {
  for (const set of sets) {
    const closure = closureOf(set, ms);
    if (closure) return closure;
  }
  return undefined;
}

/** The first moment from `ms` on at which all sets are open at once; undefined = not within 400 days. Pure. */
export function opensAt(sets: readonly WindowSet[], ms: number): number | undefined {
  let at = ms;
  for (let changes = 0; changes < MOST_CHANGES && at <= ms + HORIZON_MS; changes += 1) {
    const ends = sets.flatMap((set) => (closureOf(set, at) ? [closureEnd(set, at)] : []));
    if (ends.length === 0) return at;
    at = Math.max(...ends);
  }
  return undefined;
}

/** The first moment after `ms`, at which all sets are open, when one of them closes; undefined = not within 400 days. Pure. */
export function closesAt(sets: readonly WindowSet[], ms: number): number | undefined {
  const end = Math.min(...sets.map((set) => openUntil(set, ms)));
  return end <= ms + HORIZON_MS ? end : undefined;
}

function closureOf({ owner, windows }: WindowSet, ms: number): Closure | undefined {
  const deny = windows.find((window) => isDeny(window) && holds(window, ms));
  if (deny) return { owner, deny };
  const allows = windows.filter((window) => !isDeny(window));
  return allows.length === 0 || allows.some((window) => holds(window, ms)) ? undefined : { owner };
}

/** When the reason for which a set is closed ends; another may follow. Infinity = never. */
function closureEnd({ windows }: WindowSet, ms: number): number {
  const denied = windows.filter((window) => isDeny(window) && holds(window, ms)).map((window) => heldUntil(window, ms));
  if (denied.length > 0) return Math.max(...denied);
  return Math.min(...windows.filter((window) => !isDeny(window)).map((window) => nextStart(window, ms)));
}

/** When an open set closes; Infinity = never, or beyond the horizon. */
function openUntil({ windows }: WindowSet, ms: number): number {
  const denied = Math.min(...windows.filter(isDeny).map((window) => nextStart(window, ms)));
  const allows = windows.filter((window) => !isDeny(window));
  if (allows.length === 0) return denied;
  let until = ms;
  for (let changes = 0; changes < MOST_CHANGES && until < denied && until <= ms + HORIZON_MS; changes += 1) {
    const open = allows.filter((window) => holds(window, until));
    if (open.length === 0) return until;
    until = Math.max(...open.map((window) => heldUntil(window, until)));
  }
  return until <= ms + HORIZON_MS ? Math.min(denied, until) : denied;
}

/** True from the start of a window until before its end. */
function holds(window: Window, ms: number): boolean {
  return heldUntil(window, ms) > ms;
}

/** The end of the latest opening that began at or before `ms`; -Infinity = there was none. */
function heldUntil({ start, duration, timeZone }: Window, ms: number): number {
  const begun = startsOf(start, timeZone ?? 'UTC').upTo(ms);
  return begun === undefined ? -Infinity : begun + parseDuration(duration);
}

function nextStart({ start, timeZone }: Window, ms: number): number {
  return startsOf(start, timeZone ?? 'UTC').after(ms) ?? Infinity;
}

function isDeny({ kind }: Window): boolean {
  return kind === 'deny';
}
