/** A cron expression, read. Times are minutes since 1970 as a clock on the wall would show them. */
export interface CronPattern {
  /** The hour field begins with `*`: no time of day is meant, but a rhythm. */
  everyHour: boolean;
  /** The first time after this one; undefined = none within nine years. */
  after(minute: number): number | undefined;
  /** The last time at or before this one; undefined = none within nine years. */
  upTo(minute: number): number | undefined;
}

const DAY_MINUTES = 1440;
const DAY_MS = 86_400_000;
/** From one 29 February to the next it can be eight years. */
const MOST_DAYS = 9 * 366;
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/**
 * Reads five fields: minute, hour, day of month, month, day of week. Numbers, names (`mon`, `jan`), `*`, lists, ranges and
 * steps; `L` as day of month is its last day, `2#2` as day of week the second Tuesday, `5L` the last Friday. Where day of
 * month and day of week are both given, either is enough, as in cron. Undefined: it cannot be read, or names no time at all.
 */
export function parseCron(text: string): CronPattern | undefined {
  const fields = text.trim().toLowerCase().split(/\s+/);
  if (fields.length !== 5) return undefined;
  const [minuteField, hourField, dayField, monthField, weekdayField] = fields as [
    string,
    string,
    string,
    string,
    string,
  ];
  const minutes = numbersOf(minuteField, 0, 59);
  const hours = numbersOf(hourField, 0, 23);
  const months = numbersOf(monthField, 1, 12, MONTHS);
  const isDay = dayRule(dayField, weekdayField);
  if (!minutes || !hours || !months || !isDay) return undefined;
  const times = [...hours]
    .sort(byNumber)
    .flatMap((hour) => [...minutes].sort(byNumber).map((minute) => hour * 60 + minute));
  const matches = (day: number): boolean => {
    const date = new Date(day * DAY_MS);
    return months.has(date.getUTCMonth() + 1) && isDay(date);
  };
  const pattern: CronPattern = {
    everyHour: hourField.startsWith('*'),
    after(minute) {
      const today = Math.floor(minute / DAY_MINUTES);
      for (let day = today; day < today + MOST_DAYS; day += 1) {
        if (!matches(day)) continue;
        const time = day > today ? times[0] : times.find((each) => day * DAY_MINUTES + each > minute);
        if (time !== undefined) return day * DAY_MINUTES + time;
      }
      return undefined;
    },
    upTo(minute) {
      const today = Math.floor(minute / DAY_MINUTES);
      for (let day = today; day > today - MOST_DAYS; day -= 1) {
        if (!matches(day)) continue;
        const time = day < today ? times.at(-1) : times.findLast((each) => day * DAY_MINUTES + each <= minute);
        if (time !== undefined) return day * DAY_MINUTES + time;
      }
      return undefined;
    },
  };
  return pattern.after(0) === undefined ? undefined : pattern;
}

/** Whether a day (its midnight in UTC) is meant by the two fields that name days. */
function dayRule(dayField: string, weekdayField: string): ((date: Date) => boolean) | undefined {
  const ofMonth = daysOf(dayField);
  const ofWeek = weekdaysOf(weekdayField);
  if (!ofMonth || !ofWeek) return undefined;
  const either = !dayField.startsWith('*') && !weekdayField.startsWith('*');
  return either ? (date) => ofMonth(date) || ofWeek(date) : (date) => ofMonth(date) && ofWeek(date);
}

function daysOf(field: string): ((date: Date) => boolean) | undefined {
  const parts = field.split(',');
  const last = parts.includes('l');
  const numbered = parts.filter((part) => part !== 'l').join(',');
  const days = numbered === '' ? new Set<number>() : numbersOf(numbered, 1, 31);
  return days && ((date) => days.has(date.getUTCDate()) || (last && isLastWeekOrDay(date, 1)));
}

function weekdaysOf(field: string): ((date: Date) => boolean) | undefined {
  const rules: ((date: Date) => boolean)[] = [];
  for (const part of field.split(',')) {
    const [, name, last, nth] = /^([0-7]|[a-z]{3})(?:(l)|#([1-5]))$/.exec(part) ?? [];
    const days = numbersOf(name ?? part, 0, 7, WEEKDAYS);
    if (!days) return undefined;
    rules.push((date) => {
      const isDay = days.has(date.getUTCDay()) || (date.getUTCDay() === 0 && days.has(7));
      if (!isDay) return false;
      return last ? isLastWeekOrDay(date, 7) : nth === undefined || Math.ceil(date.getUTCDate() / 7) === Number(nth);
    });
  }
  return (date) => rules.some((rule) => rule(date));
}

/** True when so many days later another month has begun. */
function isLastWeekOrDay(date: Date, days: number): boolean {
  return new Date(date.getTime() + days * DAY_MS).getUTCMonth() !== date.getUTCMonth();
}

function numbersOf(field: string, low: number, high: number, names: readonly string[] = []): Set<number> | undefined {
  const numberOf = (word: string): number => {
    const named = names.indexOf(word);
    return named >= 0 ? named + low : /^[0-9]{1,2}$/.test(word) ? Number(word) : Number.NaN;
  };
  const found = new Set<number>();
  for (const part of field.split(',')) {
    const [, range, step] = /^(\*|[a-z0-9]+(?:-[a-z0-9]+)?)(?:\/([0-9]{1,2}))?$/.exec(part) ?? [];
    if (range === undefined || step === '0' || step === '00') return undefined;
    const [first, last] = range === '*' ? [low, high] : range.split('-').map(numberOf);
    const until = last ?? (step === undefined ? first! : high);
    if (!(first! >= low && until <= high && first! <= until)) return undefined;
    for (let value = first!; value <= until; value += Number(step ?? 1)) found.add(value);
  }
  return found;
}

function byNumber(a: number, b: number): number {
  return a - b;
}
