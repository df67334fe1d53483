import { systemClock, type Clock } from '../reconciler/model/clock.ts';
import { parseDuration } from '../reconciler/model/duration.ts';
import { InvalidInput, Transient } from '../reconciler/model/errors.ts';
import type { ResourceKey } from '../reconciler/model/resource.ts';
import type { ObjectStatus } from '../reconciler/model/status.ts';
import type { FleetView, ViewSource } from '../reconciler/view/fleet-view.ts';
import { isMet, shown, whyNever, type Goal } from './wait-goal.ts';

/** Between two looks, in milliseconds: the status branch is fetched for each. */
const EVERY_MS: Record<ViewSource, number> = { socket: 300, store: 1000, status: 5000 };

/** A duration that a flag gives, in milliseconds. Throws InvalidInput `USAGE`. */
export function durationFlag(flag: string, text: string): number {
  try {
    return parseDuration(text);
  } catch (cause) {
    throw new InvalidInput(`${flag} takes a duration, not "${text}".`, {
      code: 'USAGE',
      hint: 'Write it as 30s, 10m or 2h.',
      cause,
    });
  }
}

/**
 * Looks at an object until it is as it is waited for; gives it as it is then, undefined where it is gone. Throws Transient `NOT_IN_TIME`
 * with how it was last, and `NEVER` as soon as it cannot come to that any more.
 */
export async function waitFor(
  view: FleetView,
  key: ResourceKey,
  goal: Goal,
  timeoutMs: number,
  signal: AbortSignal,
  clock: Clock = systemClock,
): Promise<ObjectStatus | undefined> {
  const until = clock.monotonic() + timeoutMs;
  for (;;) {
    const status = await view.get(key, signal);
    if (isMet(goal, status)) return status;
    const never = whyNever(goal, status);
    if (never !== undefined) throw new Transient(never, { code: 'NEVER' });
    const left = until - clock.monotonic();
    if (left <= 0) throw new Transient(`Not in time: ${key}: ${shown(status)}`, { code: 'NOT_IN_TIME' });
    await clock.sleep(Math.min(left, EVERY_MS[view.from]), signal);
  }
}
