import { ALERTS_FIRING, ALERTS_UNKNOWN } from './alerts.ts';
import { TOO_MANY_UNHEALTHY } from './breaker.ts';
import { FROZEN } from './freeze.ts';
import { CLOCK_NOT_SYNCHRONISED, WINDOW_CLOSED, WINDOW_TOO_SHORT } from './windows/hold.ts';

/** Reasons of holds that end by the calendar or by what others do, however far off that is: who converges once does not wait for them. */
export const CALENDAR_HOLDS: ReadonlySet<string> = new Set([
  FROZEN,
  WINDOW_CLOSED,
  WINDOW_TOO_SHORT,
  CLOCK_NOT_SYNCHRONISED,
  TOO_MANY_UNHEALTHY,
  ALERTS_FIRING,
  ALERTS_UNKNOWN,
]);
