import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Window } from '../../../../schema/generated/types.ts';
import { closesAt, closureAt, opensAt, type WindowSet } from '../../../../reconciler/rollout/windows/open-times.ts';
import { walkStarts, type ZoneTable } from '../../../support/wall-clock.ts';

const file = new URL('../../../golden/windows/zones.json', import.meta.url);
const zones = JSON.parse(readFileSync(file, 'utf8')) as Record<string, ZoneTable>;
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

const windowOf = fc.record({
  start: fc
    .tuple(
      fc.constantFrom(0, 5, 30, 45, 59),
      fc.constantFrom('*', '0', '1', '2', '23', '1-3', '2,14'),
      fc.constantFrom('*', '5,6', '0'),
    )
    .map(([minute, hour, weekday]) => `${minute} ${hour} * * ${weekday}`),
  duration: fc.constantFrom('10m', '61m', '4h', '26h'),
  timeZone: fc.constantFrom(...Object.keys(zones)),
  kind: fc.constantFrom('allow' as const, 'allow' as const, 'deny' as const),
});
const setsOf = fc.array(fc.array(windowOf, { maxLength: 3 }), { minLength: 1, maxLength: 2 });
const changes = Object.values(zones).flatMap((zone) => zone.changes.map(({ at }) => Date.parse(at)));

/** Minutes of a stretch in which a window is open, by the walk. */
function openMinutes({ start, duration, timeZone }: Window, from: number, to: number): Set<number> {
  const minutes = { '10m': 10, '61m': 61, '4h': 240, '26h': 1560 }[duration]!;
  const open = new Set<number>();
  for (const begun of walkStarts(start, zones[timeZone!]!, from - 2 * DAY, to)) {
    for (let minute = begun; minute < begun + minutes; minute += 1) open.add(minute);
  }
  return open;
}

describe('open times', () => {
  it('are those of a walk minute by minute, in any set of windows around any change of the clocks', () => {
    fc.assert(
      fc.property(setsOf, fc.constantFrom(...changes), (windowSets, change) => {
        const [from, to] = [change - DAY, change + DAY];
        const sets: WindowSet[] = windowSets.map((windows, index) => ({ owner: `set ${index}`, windows }));
        const walked = sets.map(({ windows }) =>
          windows.map((window) => ({ window, open: openMinutes(window, from, to) })),
        );
        const isOpen = (minute: number): boolean =>
          walked.every((windows) => {
            if (windows.some(({ window, open }) => window.kind === 'deny' && open.has(minute))) return false;
            const allows = windows.filter(({ window }) => window.kind !== 'deny');
            return allows.length === 0 || allows.some(({ open }) => open.has(minute));
          });
        const states = Array.from({ length: (to - from) / MINUTE }, (_, index) => isOpen(from / MINUTE + index));

        for (let index = 0; index < states.length; index += 31) {
          const ms = from + index * MINUTE;
          expect(closureAt(sets, ms) === undefined, new Date(ms).toISOString()).toBe(states[index]);
          const other = states.indexOf(!states[index], index);
          const turn = states[index] ? closesAt(sets, ms) : opensAt(sets, ms);
          // Beyond the stretch that was walked nothing is known.
          if (other === -1) expect(turn ?? Infinity).toBeGreaterThanOrEqual(to);
          else expect(new Date(turn!).toISOString()).toBe(new Date(from + other * MINUTE).toISOString());
        }
      }),
      { numRuns: Number(process.env.INTENDANT_PROPERTY_RUNS ?? 3) },
    );
  });

  it('end a hostile search: a window that opens every minute and one that never meets it', () => {
    const sets: WindowSet[] = [
      { owner: 'a', windows: [{ start: '* * * * *', duration: '1m', kind: 'deny' }] },
      { owner: 'b', windows: [{ start: '0 1 * * *', duration: '1m' }] },
    ];

    expect(opensAt(sets, Date.parse('2026-11-22T00:00Z'))).toBeUndefined();
  });
});
