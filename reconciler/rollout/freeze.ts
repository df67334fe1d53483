import type { Hold } from './decide.ts';

/** Reason of what a freeze holds. */
export const FROZEN = 'Frozen';

/** Who stopped changes, why, and until when (RFC 3339; absent = until it is removed). */
export interface Freeze {
  who: string;
  why: string;
  until?: string;
}

/** The hold that a freeze means now; undefined when it has run out. */
export function freezeHold(what: string, freeze: Freeze | undefined, nowMs: number): Hold | undefined {
  if (!freeze || isOver(freeze.until, nowMs)) return undefined;
  const until = freeze.until ? ` until ${freeze.until}` : '';
  return {
    reason: FROZEN,
    message: `${what} is frozen by ${freeze.who}${until}: ${freeze.why}`,
    retryAfterMs: freeze.until ? Date.parse(freeze.until) - nowMs : undefined,
  };
}

/** True when `until` names a time that has passed. */
export function isOver(until: string | undefined, nowMs: number): boolean {
  return until !== undefined && Date.parse(until) <= nowMs;
}
