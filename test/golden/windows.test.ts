import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Window } from '../../schema/generated/types.ts';
import { windowHold, type Overrun } from '../../reconciler/rollout/windows/hold.ts';
import { startsOf } from '../../reconciler/rollout/windows/starts.ts';
import { walkStarts, type ZoneTable } from '../support/wall-clock.ts';

const folder = new URL('windows/', import.meta.url);
const zones = JSON.parse(readFileSync(new URL('zones.json', folder), 'utf8')) as Record<string, ZoneTable>;
const expressions = JSON.parse(readFileSync(new URL('expressions.json', folder), 'utf8')) as string[];

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** Three years, with two changes of the clocks in each. */
const FROM = Date.parse('2025-01-02T00:00Z');
const TO = Date.parse('2027-12-30T00:00Z');

/** A day on both sides of each change. */
function nearChanges({ changes }: ZoneTable): [number, number][] {
  return changes.map(({ at }) => [Date.parse(at) - DAY, Date.parse(at) + DAY]);
}

const show = (minutes: readonly number[]): string[] =>
  minutes.map((minute) => new Date(minute * MINUTE).toISOString().slice(0, 16));

function forwards(expression: string, zone: string, from: number, to: number): number[] {
  const starts = startsOf(expression, zone);
  const found: number[] = [];
  for (let next = starts.after(from - 1); next !== undefined && next < to; next = starts.after(next)) {
    found.push(next / MINUTE);
  }
  return found;
}

function backwards(expression: string, zone: string, from: number, to: number): number[] {
  const starts = startsOf(expression, zone);
  const found: number[] = [];
  for (let last = starts.upTo(to - 1); last !== undefined && last >= from; last = starts.upTo(last - 1)) {
    found.unshift(last / MINUTE);
  }
  return found;
}

describe('the starts of windows are those of a clock that is watched minute by minute', () => {
  describe.each(Object.entries(zones))('around three years of changes in %s', (zone, table) => {
    it.each(expressions)('of "%s"', (expression) => {
      for (const [from, to] of nearChanges(table)) {
        const walked = show(walkStarts(expression, table, from, to));

        expect(show(forwards(expression, zone, from, to))).toEqual(walked);
        expect(show(backwards(expression, zone, from, to))).toEqual(walked);
      }
    });

    it.each(['30 2 * * *'])('of "%s", also between them', (expression) => {
      const walked = show(walkStarts(expression, table, FROM, TO));

      expect(show(forwards(expression, zone, FROM, TO))).toEqual(walked);
    });
  });
});

interface HoldCase {
  says: string;
  sets: Record<string, Window[]>;
  overrun?: Overrun;
  begun?: boolean;
  hostMs?: number;
  clockDoubt?: string;
  at: Record<string, string>;
}

const holds = JSON.parse(readFileSync(new URL('holds.json', folder), 'utf8')) as HoldCase[];

describe('the hold that windows mean', () => {
  it.each(holds)('$says', ({ sets, at, ...rest }) => {
    const found = Object.keys(at).map((time) => {
      const hold = windowHold({
        sets: Object.entries(sets).map(([owner, windows]) => ({ owner, windows })),
        nowMs: Date.parse(time),
        overrun: 'host',
        begun: false,
        hostMs: 0,
        ...rest,
      });
      return [time, hold?.message ?? 'open'];
    });

    expect(Object.fromEntries(found)).toEqual(at);
  });

  it('is looked at again when it ends, or after ten minutes where that is further off', () => {
    const sets = [{ owner: 'cluster web', windows: [{ start: '0 22 * * *', duration: '1h' }] }];
    const at = (time: string): number | undefined =>
      windowHold({ sets, nowMs: Date.parse(time), overrun: 'host', begun: false, hostMs: 0 })?.retryAfterMs;

    expect(at('2026-11-22T21:59:10Z')).toBe(50_000);
    expect(at('2026-11-22T12:00:00Z')).toBe(600_000);
  });
});
