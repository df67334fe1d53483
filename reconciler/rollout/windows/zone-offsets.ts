const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** From this moment (wall-clock milliseconds) clocks of a zone stand this far from UTC (milliseconds, east is positive). */
interface Segment {
  fromMs: number;
  offsetMs: number;
}

/** A time without a change of the clocks; as far as a year before or after is concerned, it may have been cut off there. */
interface Stretch extends Segment {
  /** When it ends. */
  untilMs: number;
  /** The offset before it. */
  beforeMs: number;
}

/** What the clocks of one zone show, and when they are put forward or back. */
export interface ZoneOffsets {
  /** The stretch in which a moment lies. */
  at(ms: number): Stretch;
}

const known = new Map<string, ZoneOffsets>();

/** The offsets of an IANA zone, read from the runtime's own tables once per year that is asked about. Throws RangeError for an unknown zone. */
export function zoneOffsets(zone: string): ZoneOffsets {
  let offsets = known.get(zone);
  if (!offsets) {
    offsets = readZone(zone);
    known.set(zone, offsets);
  }
  return offsets;
}

function readZone(zone: string): ZoneOffsets {
  const offsetOf = offsetReader(zone);
  const years = new Map<number, Segment[]>();
  const around = new Map<number, Stretch[]>();
  const segmentsOf = (year: number): Segment[] => {
    const segments = years.get(year) ?? readYear(year, offsetOf);
    years.set(year, segments);
    return segments;
  };
  const stretchesAround = (year: number): Stretch[] => {
    const segments = [year - 1, year, year + 1].flatMap(segmentsOf);
    const changed = segments.filter(({ offsetMs }, index) => offsetMs !== segments[index - 1]?.offsetMs);
    return changed.map(({ fromMs, offsetMs }, index) => ({
      fromMs,
      offsetMs,
      untilMs: changed[index + 1]?.fromMs ?? Date.UTC(year + 2, 0),
      beforeMs: changed[index - 1]?.offsetMs ?? offsetMs,
    }));
  };
  let last: Stretch | undefined;
  return {
    at(ms) {
      if (last && ms >= last.fromMs && ms < last.untilMs) return last;
      const year = new Date(ms).getUTCFullYear();
      const stretches = around.get(year) ?? stretchesAround(year);
      around.set(year, stretches);
      last = stretches.findLast(({ fromMs }) => fromMs <= ms)!;
      return last;
    },
  };
}

/** The segments of a UTC year, the first from its beginning. Zones do not change twice within a day. */
function readYear(year: number, offsetOf: (ms: number) => number): Segment[] {
  const end = Date.UTC(year + 1, 0);
  const segments: Segment[] = [{ fromMs: Date.UTC(year, 0), offsetMs: offsetOf(Date.UTC(year, 0)) }];
  for (let day = Date.UTC(year, 0); day < end; day += DAY) {
    const before = segments.at(-1)!.offsetMs;
    const next = Math.min(day + DAY, end);
    if (offsetOf(next) === before) continue;
    const fromMs = changeBetween(day, next, before, offsetOf);
    if (fromMs < end) segments.push({ fromMs, offsetMs: offsetOf(next) });
  }
  return segments;
}

/** The first whole minute at which the offset is no longer `before`. */
function changeBetween(fromMs: number, toMs: number, before: number, offsetOf: (ms: number) => number): number {
  let low = fromMs / MINUTE;
  let high = toMs / MINUTE;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetOf(middle * MINUTE) === before) low = middle;
    else high = middle;
  }
  return high * MINUTE;
}

function offsetReader(zone: string): (ms: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  });
  return (ms) => {
    const shown: Record<string, number> = {};
    for (const { type, value } of format.formatToParts(ms)) shown[type] = Number(value);
    const wall = Date.UTC(shown.year!, shown.month! - 1, shown.day, shown.hour, shown.minute);
    return wall - Math.floor(ms / MINUTE) * MINUTE;
  };
}
