import { parseCron, type CronPattern } from '../../model/cron.ts';
import { InvalidInput } from '../../model/errors.ts';
import { zoneOffsets, type ZoneOffsets } from './zone-offsets.ts';

/** The moments that a cron expression names on the clocks of a zone. All in wall-clock milliseconds. */
export interface Starts {
  /** The first one after `ms`; undefined = there is none. */
  after(ms: number): number | undefined;
  /** The last one at or before `ms`; undefined = there was none. */
  upTo(ms: number): number | undefined;
}

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** Expressions in use are few; those that left the repository must not pile up. */
const MOST_KNOWN = 1000;
const known = new Map<string, Starts>();

/**
 * The starts of a cron expression of five fields in an IANA zone. A time of day that the clocks skip happens in the moment
 * in which they are put forward; one that they show twice happens the first time. Where the hour field begins with `*`,
 * the expression follows the clocks instead: what they skip does not happen, what they show twice happens twice. Throws
 * InvalidInput `CRON_INVALID`, and RangeError for an unknown zone; neither gets past the schema.
 */
export function startsOf(expression: string, zone: string): Starts {
  const name = `${expression} ${zone}`;
  let starts = known.get(name);
  if (!starts) {
    const pattern = parseCron(expression);
    if (!pattern) throw new InvalidInput(`"${expression}" is not a cron expression.`, { code: 'CRON_INVALID' });
    const offsets = zoneOffsets(zone);
    if (known.size >= MOST_KNOWN) known.clear();
    starts = pattern.everyHour ? followingClocks(pattern, offsets) : timesOfDay(pattern, offsets);
    known.set(name, starts);
  }
  return starts;
}

/** Each time on the wall happens once: when it is first shown, or when the clocks jump over it. */
function timesOfDay(pattern: CronPattern, offsets: ZoneOffsets): Starts {
  /** The latest minute that has been shown or jumped over at a moment. */
  const shownUntil = (ms: number): number => {
    const { offsetMs, fromMs, beforeMs } = offsets.at(ms);
    return Math.floor(Math.max(ms + offsetMs, fromMs + beforeMs - 1) / MINUTE);
  };
  /** When the clocks first show or pass a minute. */
  const firstShown = (minute: number | undefined): number | undefined => {
    if (minute === undefined) return undefined;
    const time = minute * MINUTE;
    // Offsets stay below a day: the change that concerns this time lies within the day that follows.
    const { untilMs, offsetMs } = offsets.at(time - offsets.at(time).offsetMs - DAY);
    if (time - offsetMs < untilMs) return time - offsetMs;
    return Math.max(untilMs, time - offsets.at(untilMs).offsetMs);
  };
  return {
    after: (ms) => firstShown(pattern.after(shownUntil(ms))),
    upTo: (ms) => firstShown(pattern.upTo(shownUntil(ms))),
  };
}

/** Every moment at which the clocks show a time that is meant. */
function followingClocks(pattern: CronPattern, offsets: ZoneOffsets): Starts {
  return {
    after(ms) {
      for (let from = ms + 1; ;) {
        const { offsetMs, untilMs } = offsets.at(from);
        const minute = pattern.after(Math.floor((from - 1 + offsetMs) / MINUTE));
        if (minute === undefined) return undefined;
        if (minute * MINUTE - offsetMs < untilMs) return minute * MINUTE - offsetMs;
        from = untilMs;
      }
    },
    upTo(ms) {
      for (let until = ms; ;) {
        const { offsetMs, fromMs } = offsets.at(until);
        const minute = pattern.upTo(Math.floor((until + offsetMs) / MINUTE));
        if (minute === undefined) return undefined;
        if (minute * MINUTE - offsetMs >= fromMs) return minute * MINUTE - offsetMs;
        until = fromMs - 1;
      }
    },
  };
}
