import { nameSome, type Hold } from './decide.ts';

/** What an alert gate was last told. Fails closed: only `clear` opens it. */
export type AlertVerdict =
  { state: 'clear' } | { state: 'firing'; alerts: readonly string[] } | { state: 'unknown'; why: string };

export interface AlertAnswer {
  /** When it was asked for, wall-clock milliseconds. */
  at: number;
  verdict: AlertVerdict;
}

/** A gate that concerns an operation: whose it is (`the fleet`, `cluster web`), and its last answer; undefined = none yet. */
export interface AlertReading {
  owner: string;
  answer: AlertAnswer | undefined;
}

/** Reasons of holds: alerts fire; nobody can tell whether they do; nobody was asked yet. */
export const ALERTS_FIRING = 'AlertsFiring';
export const ALERTS_UNKNOWN = 'AlertsUnknown';
export const ALERTS_NOT_READ_YET = 'AlertsNotReadYet';

/** An answer that is older than this tells nothing, in milliseconds. */
export const OLDEST_ANSWER_MS = 30_000;

/** How soon the last answer is looked at again, in milliseconds. A change wakes the operation before. */
const LOOK_AGAIN_MS = 5000;

/** The first alert gate that is closed; undefined = all are open. Pure. */
export function alertHold(readings: readonly AlertReading[], nowMs: number): Hold | undefined {
  for (const { owner, answer } of readings) {
    const closed = closedBy(owner, answer, nowMs);
    if (closed) return { ...closed, retryAfterMs: LOOK_AGAIN_MS };
  }
  return undefined;
}

function closedBy(owner: string, answer: AlertAnswer | undefined, nowMs: number): Hold | undefined {
  // One from the future was read before the clock was set back.
  if (!answer || nowMs - answer.at > OLDEST_ANSWER_MS || answer.at > nowMs + OLDEST_ANSWER_MS) {
    return { reason: ALERTS_NOT_READ_YET, message: `waits for an answer of the alert gate of ${owner}` };
  }
  const { verdict } = answer;
  switch (verdict.state) {
    case 'clear':
      return undefined;
    case 'firing':
      return {
        reason: ALERTS_FIRING,
        message: `alerts keep the alert gate of ${owner} closed: ${nameSome(verdict.alerts)}`,
      };
    case 'unknown':
      return {
        reason: ALERTS_UNKNOWN,
        message: `whether alerts fire cannot be told, which keeps the alert gate of ${owner} closed: ${verdict.why}`,
      };
  }
}
