/** Offsets of a zone over some years, as `zdump` prints them. */
export interface ZoneTable {
  /** Minutes east of UTC at the beginning. */
  minutes: number;
  /** When it changes (`2026-03-29T01:00Z`), and to what. */
  changes: { at: string; minutes: number }[];
}

const MINUTE = 60_000;
const DAY_MINUTES = 1440;

/** A cron expression of five fields, by hand: numbers, `*`, lists, ranges and steps. */
class Fields {
  readonly #sets: Set<number>[];
  readonly #stars: boolean[];

  constructor(expression: string) {
    const limits = [
      [0, 59],
      [0, 23],
      [1, 31],
      [1, 12],
      [0, 7],
    ] as const;
    const fields = expression.split(' ');
    this.#stars = fields.map((field) => field.startsWith('*'));
    this.#sets = fields.map((field, index) => numbersOf(field, limits[index]!));
    if (this.#sets[4]!.has(7)) this.#sets[4]!.add(0);
  }

  /** Every hour is meant: such a pattern follows the clock on the wall, whatever it does. */
  get everyHour(): boolean {
    return this.#stars[1]!;
  }

  /** Whether it names this minute on the wall: minutes since 1970 as a clock there would show them. */
  matches(wall: number): boolean {
    const [minutes, hours, days, months, weekdays] = this.#sets as [
      Set<number>,
      Set<number>,
      Set<number>,
      Set<number>,
      Set<number>,
    ];
    const inDay = ((wall % DAY_MINUTES) + DAY_MINUTES) % DAY_MINUTES;
    if (!minutes.has(inDay % 60) || !hours.has(Math.floor(inDay / 60))) return false;
    const date = new Date(wall * MINUTE);
    if (!months.has(date.getUTCMonth() + 1)) return false;
    const [day, weekday] = [days.has(date.getUTCDate()), weekdays.has(date.getUTCDay())];
    // As cron has it: where both are given, either is enough.
    return this.#stars[2] || this.#stars[4] ? day && weekday : day || weekday;
  }
}

function numbersOf(field: string, [low, high]: readonly [number, number]): Set<number> {
  const found = new Set<number>();
  for (const part of field.split(',')) {
    const [range, step] = part.split('/');
    const [from, to] = range === '*' ? [low, high] : range!.split('-').map(Number);
    for (let value = from!; value <= (to ?? from!); value += Number(step ?? 1)) found.add(value);
  }
  return found;
}

/**
 * Every moment (minutes since 1970 UTC) of a stretch, begun some hours away from a change of the clocks, at which a window with this start begins, found by walking minute by minute through
 * the table: no library, and nothing of the system's own knowledge of zones. A start that the clocks skip happens when they
 * jump; one that they show twice happens the first time, unless every hour is meant.
 */
export function walkStarts(expression: string, zone: ZoneTable, fromMs: number, toMs: number): number[] {
  const fields = new Fields(expression);
  const changes = zone.changes.map(({ at, minutes }) => ({ at: Date.parse(at) / MINUTE, minutes }));
  const byMinute = new Map(changes.map((change) => [change.at, change]));
  const starts: number[] = [];
  let offset = changes.findLast(({ at }) => at < fromMs / MINUTE)?.minutes ?? zone.minutes;
  let shownUntil = -Infinity;
  for (let minute = fromMs / MINUTE; minute < toMs / MINUTE; minute += 1) {
    const change = byMinute.get(minute);
    let begins = false;
    if (change) {
      for (let wall = minute + offset; wall < minute + change.minutes && !fields.everyHour; wall += 1) {
        begins ||= fields.matches(wall);
      }
      offset = change.minutes;
    }
    const wall = minute + offset;
    begins ||= fields.matches(wall) && (wall > shownUntil || fields.everyHour);
    shownUntil = Math.max(shownUntil, wall);
    if (begins) starts.push(minute);
  }
  return starts;
}
