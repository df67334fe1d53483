import { describe, expect, it } from 'vitest';
import { parseCron } from '../../../reconciler/model/cron.ts';

/** The next three times after the beginning of November 2026. */
function next(expression: string): string[] | undefined {
  const pattern = parseCron(expression);
  if (!pattern) return undefined;
  const found: string[] = [];
  let minute: number | undefined = Date.parse('2026-11-01T00:00Z') / 60_000;
  while (found.length < 3 && minute !== undefined) {
    minute = pattern.after(minute);
    if (minute !== undefined) found.push(new Date(minute * 60_000).toISOString().slice(0, 16));
  }
  return found;
}

describe('parseCron', () => {
  it.each([
    ['30 2 * * *', ['2026-11-01T02:30', '2026-11-02T02:30', '2026-11-03T02:30']],
    ['0 22 * * mon-fri', ['2026-11-02T22:00', '2026-11-03T22:00', '2026-11-04T22:00']],
    ['0 22 * * 7', ['2026-11-01T22:00', '2026-11-08T22:00', '2026-11-15T22:00']],
    ['*/20 4 15 JAN *', ['2027-01-15T04:00', '2027-01-15T04:20', '2027-01-15T04:40']],
    ['10-12/2 0 1,3 * *', ['2026-11-01T00:10', '2026-11-01T00:12', '2026-11-03T00:10']],
    ['5/30 0 1 11 *', ['2026-11-01T00:05', '2026-11-01T00:35', '2027-11-01T00:05']],
    ['0 4 L * *', ['2026-11-30T04:00', '2026-12-31T04:00', '2027-01-31T04:00']],
    ['0 4 * * 2#2', ['2026-11-10T04:00', '2026-12-08T04:00', '2027-01-12T04:00']],
    ['0 4 * * 5L', ['2026-11-27T04:00', '2026-12-25T04:00', '2027-01-29T04:00']],
    ['0 0 13 * 5', ['2026-11-06T00:00', '2026-11-13T00:00', '2026-11-20T00:00']],
    ['0 0 29 2 *', ['2028-02-29T00:00', '2032-02-29T00:00', '2036-02-29T00:00']],
  ])('%s comes at %j', (expression, times) => {
    expect(next(expression)).toEqual(times);
  });

  it.each([
    '',
    '0 2 * *',
    '0 2 * * * *',
    '60 2 * * *',
    '0 24 * * *',
    '0 2 0 * *',
    '0 2 * 13 *',
    '0 2 * * 8',
    '0 2 30 2 *',
    '*/0 * * * *',
    '5-1 * * * *',
    'a b c d e',
    '@daily',
    '0 2 * * 2#6',
    '-1 * * * *',
    '0 2 , * *',
    '0 2 * * mon#',
  ])('cannot be read or never comes: "%s"', (expression) => {
    expect(parseCron(expression)).toBeUndefined();
  });

  it('looks back as well', () => {
    const pattern = parseCron('30 2 * * 1')!;
    const at = (time: string): number => Date.parse(time) / 60_000;

    expect(pattern.upTo(at('2026-11-23T02:30Z'))).toBe(at('2026-11-23T02:30Z'));
    expect(pattern.upTo(at('2026-11-23T02:29Z'))).toBe(at('2026-11-16T02:30Z'));
  });
});
