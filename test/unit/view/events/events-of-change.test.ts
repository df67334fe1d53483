import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import type { ObjectStatus } from '../../../../reconciler/model/status.ts';
import { EVENT_SCHEMA } from '../../../../reconciler/view/events/event-schema.ts';
import { eventsOfChange } from '../../../../reconciler/view/events/events-of-change.ts';
import { conditionOf, hostStatus, operationStatus } from '../../../support/statuses.ts';

const NOW = '2026-01-01T00:00:00.000Z';
const ajv = new Ajv2020({ strict: true, strictRequired: false });
addFormats.default(ajv);
const valid = ajv.compile(EVENT_SCHEMA);

function eventsOf(before: ObjectStatus | undefined, now: ObjectStatus | undefined): ReturnType<typeof eventsOfChange> {
  const events = eventsOfChange({ key: (now ?? before)!.key, revision: 5, at: 5, before, now }, NOW);
  for (const event of events) expect(valid({ id: '5-0-x', ...event }), ajv.errorsText(valid.errors)).toBe(true);
  return events;
}

function running(hosts: string[], outcomes: Record<string, object> = {}): ObjectStatus {
  const status = operationStatus('restart-web', 'Running', 1, 3);
  return { ...status, detail: { ...status.detail, running: hosts, outcomes: outcomes as never } };
}

describe('what a change means', () => {
  it('is one event for an object that is new', () => {
    expect(eventsOf(undefined, hostStatus('web-1', 'active', 'web'))).toEqual([
      {
        time: NOW,
        type: 'object',
        key: 'Host/web-1',
        cluster: 'web',
        text: 'Host/web-1 is new and active',
        status: 'active',
      },
    ]);
  });

  it('is one event for an object that is gone', () => {
    expect(eventsOf(hostStatus('web-1', 'active', 'web'), undefined)).toEqual([
      { time: NOW, type: 'removed', key: 'Host/web-1', cluster: 'web', text: 'Host/web-1 is gone' },
    ]);
  });

  it('is a transition for the word and for each condition that has another value', () => {
    const events = eventsOf(hostStatus('web-1', 'active'), hostStatus('web-1', 'failed'));

    expect(events.map(({ type, of, from, to, reason }) => [type, of, from, to, reason])).toEqual([
      ['object', undefined, undefined, undefined, undefined],
      ['transition', 'status', 'active', 'failed', undefined],
      ['transition', 'Ready', 'True', 'False', 'ConnectTimeout'],
      ['transition', 'Healthy', 'True', 'False', 'ConnectTimeout'],
    ]);
    expect(events[2]).toMatchObject({
      time: '2026-01-02T03:04:05.678Z',
      message: 'no answer within 10s',
      text: 'Host/web-1: Ready True → False (ConnectTimeout)',
    });
  });

  it('says absent of a condition that comes or goes', () => {
    const plain = hostStatus('web-1');
    const drifted = conditionOf('Drifted', 'True', 'ProfileDiffers', 'motd differs');

    const [came] = eventsOf(plain, { ...plain, conditions: [...plain.conditions, drifted] }).slice(1);
    const [went] = eventsOf({ ...plain, conditions: [...plain.conditions, drifted] }, plain).slice(1);

    expect(came).toMatchObject({ of: 'Drifted', from: 'absent', to: 'True', reason: 'ProfileDiffers' });
    expect(went).toMatchObject({ of: 'Drifted', from: 'True', to: 'absent' });
    expect(went).not.toHaveProperty('reason');
  });

  it('is no transition where only other words are said of the same value', () => {
    const plain = hostStatus('web-1');
    const said = plain.conditions.map((condition) => ({ ...condition, message: 'the host answers well' }));

    expect(eventsOf(plain, { ...plain, conditions: said }).map(({ type }) => type)).toEqual(['object']);
  });

  it('is a step for each host that an operation begins or ends with', () => {
    const before = running(['web-1', 'web-2']);
    const now = running(['web-2', 'web-3'], { 'web-1': { result: 'failed', reason: 'CheckFailed' } });

    const steps = eventsOf(before, now).filter(({ type }) => type === 'step');

    expect(steps.map(({ host, state, result }) => [host, state, result])).toEqual([
      ['web-1', 'ended', 'failed'],
      ['web-3', 'began', undefined],
    ]);
    expect(steps[0]!.text).toBe('Operation/restart-web has ended with web-1: failed');
  });

  it('says how far an operation is', () => {
    expect(eventsOf(undefined, running(['web-1']))[0]!.progress).toEqual({
      hosts: { total: 3, succeeded: 1, failed: 0, skipped: 0, running: 0, pending: 2 },
      batch: 2,
      batches: 3,
    });
  });

  it('takes nothing from hosts that could fool a terminal or fill memory', () => {
    const before = hostStatus('web-1');
    const message = `\u001b[31mred\u202e${'x'.repeat(5000)}`;
    const after = {
      ...before,
      status: 'fa\u0007iled',
      conditions: [conditionOf('Ready', 'False', 'Odd\nReason', message)],
    };

    const events = eventsOf(before, after);

    const text = JSON.stringify(events);
    expect(text).not.toMatch(/\\u001b|\\u0007|\u202e|\\n/);
    expect(events.find(({ of }) => of === 'Ready')!.message!.length).toBeLessThanOrEqual(300);
  });

  it('tells of at most two hundred steps at once', () => {
    const many = Array.from({ length: 5000 }, (_, index) => `web-${index}`);

    expect(eventsOf(running([]), running(many)).filter(({ type }) => type === 'step')).toHaveLength(200);
  });
});
