import { describe, expect, it } from 'vitest';
import type { OperationScheduleSpec } from '../../../../schema/generated/types.ts';
import { validateDocument } from '../../../../schema/validate.ts';
import { referencesOf } from '../../../../schema/references.ts';
import { decideSchedule, type ScheduleObserved } from '../../../../reconciler/kinds/operation-schedule/decide.ts';
import { nameAt } from '../../../../reconciler/kinds/operation-schedule/due.ts';
import type { ScheduleRecord } from '../../../../reconciler/kinds/operation-schedule/record.ts';

const SPEC: OperationScheduleSpec = {
  when: { start: '0 3 * * *' },
  operation: { type: 'restart', target: { cluster: 'web' } },
};
const DAY = 24 * 3600_000;
const at = (text: string): number => Date.parse(text);

function observed(more: Partial<ScheduleObserved> = {}): ScheduleObserved {
  return { record: undefined, unfinished: [], needy: new Map(), taken: new Set(), ...more };
}

/** Plays a schedule: looks every so often; answers with the names that were started. */
function play(spec: OperationScheduleSpec, from: string, until: string, everyMs = 60_000): string[] {
  const names: string[] = [];
  let record: ScheduleRecord | undefined;
  for (let nowMs = at(from); nowMs <= at(until); nowMs += everyMs) {
    const decision = decideSchedule('weekly', spec, observed({ record, taken: new Set(names) }), nowMs);
    record = decision.record;
    if (decision.start) names.push(decision.start.name);
  }
  return names;
}

describe('a schedule by the clock', () => {
  it('starts once at each time, and not for times before it was first seen', () => {
    expect(play(SPEC, '2026-11-22T04:00:00Z', '2026-11-25T02:00:00Z')).toEqual([
      'weekly-2026-11-23',
      'weekly-2026-11-24',
    ]);
  });

  it('reads times and dates on the clocks of its zone', () => {
    const spec = { ...SPEC, when: { start: '30 0 * * *' }, timeZone: 'Europe/Berlin' };

    expect(play(spec, '2026-11-22T00:00:00Z', '2026-11-23T00:00:00Z')).toEqual(['weekly-2026-11-23']);
  });

  it.each([
    ['put forward', '2026-03-28T12:00:00Z', '2026-03-30T12:00:00Z', ['weekly-2026-03-29', 'weekly-2026-03-30']],
    ['put back', '2026-10-24T12:00:00Z', '2026-10-26T12:00:00Z', ['weekly-2026-10-25', 'weekly-2026-10-26']],
  ])('starts once in the night in which the clocks are %s', (_, from, until, expected) => {
    const spec = { ...SPEC, when: { start: '30 2 * * *' }, timeZone: 'Europe/Berlin' };

    expect(play(spec, from, until)).toEqual(expected);
  });

  it('adds the time to the name where it starts more than once on a date', () => {
    const spec = { ...SPEC, when: { start: '0 3,15 * * *' } };

    expect(play(spec, '2026-11-22T00:00:00Z', '2026-11-22T23:00:00Z')).toEqual([
      'weekly-2026-11-22',
      'weekly-2026-11-22-1500',
    ]);
  });

  it('does not use a name again', () => {
    expect(nameAt('weekly', SPEC, at('2026-11-22T03:00:00Z'), new Set(['weekly-2026-11-22']))).toBe(
      'weekly-2026-11-22-2',
    );
  });

  it('makes up for the last time that was missed, when that was not too long ago', () => {
    const record = { format: 1, since: '2026-11-18T12:00:00.000Z', made: [] };

    const soon = decideSchedule('weekly', SPEC, observed({ record }), at('2026-11-22T03:59:00Z'));
    const late = decideSchedule('weekly', SPEC, observed({ record }), at('2026-11-22T04:01:00Z'));

    expect(soon.start?.name).toBe('weekly-2026-11-22');
    expect(late.start).toBeUndefined();
    expect(late.record).toMatchObject({
      since: '2026-11-22T03:00:00.000Z',
      skipped: { why: 'the daemon was away for too long' },
    });
    expect(decideSchedule('weekly', SPEC, observed({ record: late.record }), at('2026-11-22T04:02:00Z')).record).toBe(
      late.record,
    );
  });

  it.each<[string, OperationScheduleSpec, Partial<ScheduleObserved>, string]>([
    ['it is suspended', { ...SPEC, suspend: true }, {}, 'suspended'],
    ['the last one has not ended', SPEC, { unfinished: ['weekly-2026-11-21'] }, 'weekly-2026-11-21 had not ended'],
  ])('leaves a time out when %s, and says so', (_, spec, more, why) => {
    const record = { format: 1, since: '2026-11-21T12:00:00.000Z', made: [] };

    const decision = decideSchedule('weekly', spec, observed({ record, ...more }), at('2026-11-22T03:00:30Z'));

    expect(decision.start).toBeUndefined();
    expect(decision.record.skipped?.why).toContain(why);
  });

  it('starts nothing while it is blocked, and makes up for it afterwards', () => {
    const record = { format: 1, since: '2026-11-21T12:00:00.000Z', made: [] };

    const blocked = decideSchedule('weekly', SPEC, observed({ record, blocked: 'clock' }), at('2026-11-22T03:00:30Z'));
    const after = decideSchedule('weekly', SPEC, observed({ record: blocked.record }), at('2026-11-22T03:01:00Z'));

    expect(blocked.start).toBeUndefined();
    expect(after.start?.name).toBe('weekly-2026-11-22');
  });

  it('lets go of what was started long ago', () => {
    const made = Array.from({ length: 20 }, (_, index) => ({ name: `old-${index}`, at: '2026-01-01T00:00:00Z' }));
    const record = { format: 1, since: '2026-11-21T12:00:00.000Z', made };

    const decision = decideSchedule('weekly', SPEC, observed({ record }), at('2026-11-22T03:00:30Z'));

    expect(decision.record.made).toHaveLength(20);
    expect(decision.forget).toEqual(['old-19']);
  });
});

describe('a schedule by trigger', () => {
  const spec: OperationScheduleSpec = { ...SPEC, when: { trigger: 'reboot-required' } };
  const now = at('2026-11-22T10:00:00Z');
  const needy = new Map([
    ['web-2', 'boot-2'],
    ['web-1', 'boot-1'],
  ]);

  it('starts its operation on the hosts that need it, and on no others', () => {
    const { start } = decideSchedule('reboots', spec, observed({ needy }), now);

    expect(start).toEqual({
      name: 'reboots-2026-11-22',
      spec: { type: 'restart', target: { hosts: ['web-1', 'web-2'] } },
    });
  });

  it('waits while none needs it, while one is in hand, and while it is suspended', () => {
    expect(decideSchedule('reboots', spec, observed(), now).start).toBeUndefined();
    expect(decideSchedule('reboots', spec, observed({ needy, unfinished: ['x'] }), now).start).toBeUndefined();
    expect(decideSchedule('reboots', { ...spec, suspend: true }, observed({ needy }), now).start).toBeUndefined();
  });

  it('tries a host that is none the better again on the next day, and one that needs it anew at once', () => {
    const { record } = decideSchedule('reboots', spec, observed({ needy }), now);
    const taken = new Set(['reboots-2026-11-22']);

    const again = decideSchedule('reboots', spec, observed({ record, needy, taken }), now + 3600_000);
    const tomorrow = decideSchedule('reboots', spec, observed({ record, needy, taken }), now + DAY);
    const anew = decideSchedule(
      'reboots',
      spec,
      observed({ record, needy: new Map([['web-1', 'boot-9']]), taken }),
      now + 3600_000,
    );

    expect(again.start).toBeUndefined();
    expect(tomorrow.start?.name).toBe('reboots-2026-11-23');
    expect(anew.start).toMatchObject({ name: 'reboots-2026-11-22-2', spec: { target: { hosts: ['web-1'] } } });
  });
});

describe('the document of a schedule', () => {
  const document = (spec: unknown): object => ({
    apiVersion: 'intendant/v1',
    kind: 'OperationSchedule',
    metadata: { name: 'weekly' },
    spec,
  });

  it('is checked as deep as the operation in it', () => {
    expect(validateDocument(document(SPEC))).toEqual([]);
    const findings = validateDocument(
      document({ ...SPEC, operation: { type: 'restart', target: { cluster: 'web' }, scrip: 'x' } }),
    );

    expect(findings).toMatchObject([{ code: 'unknown-field', pointer: '/spec/operation/scrip' }]);
  });

  it.each([
    [{ ...SPEC, when: { start: 'sometimes' } }, '/spec/when/start'],
    [{ ...SPEC, when: {} }, '/spec/when'],
    [{ ...SPEC, when: { start: '0 3 * * *', trigger: 'reboot-required' } }, '/spec/when'],
    [{ ...SPEC, timeZone: 'Berlin' }, '/spec/timeZone'],
  ])('is refused as %j', (spec, pointer) => {
    expect(validateDocument(document(spec)).map((finding) => finding.pointer)).toContain(pointer);
  });

  it('belongs to the cluster of its operation', () => {
    expect(referencesOf('OperationSchedule', JSON.parse(JSON.stringify(SPEC)))).toEqual([
      { pointer: '/spec/operation/target/cluster', kind: 'Cluster', name: 'web', owner: true },
    ]);
  });
});
