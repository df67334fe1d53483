import { describe, expect, it } from 'vitest';
import { durationFlag, waitFor } from '../../../cli/wait-for.ts';
import { isMet, parseGoal, shown, whyNever } from '../../../cli/wait-goal.ts';
import type { Clock } from '../../../reconciler/model/clock.ts';
import type { ConditionStatus } from '../../../reconciler/model/conditions.ts';
import type { ObjectStatus } from '../../../reconciler/model/status.ts';
import type { FleetView } from '../../../reconciler/view/fleet-view.ts';

const never = new AbortController().signal;

function status(word: string, ready: ConditionStatus = 'True', key: ObjectStatus['key'] = 'Host/web-1'): ObjectStatus {
  const lastTransitionTime = '2026-01-01T00:00:00.000Z';
  const conditions = [
    { type: 'Ready' as const, status: ready, reason: 'Said', message: 'so it is', lastTransitionTime },
  ];
  return { key, status: word, conditions, detail: {} };
}

/** A view in which an object goes through these states, one for each look; the last one stays. */
function viewOf(...states: (ObjectStatus | undefined)[]): FleetView {
  let at = 0;
  return {
    from: 'socket',
    get: async () => states[Math.min(at++, states.length - 1)],
  } as Partial<FleetView> as FleetView;
}

/** A clock on which a pause is over at once. */
function quickClock(): Clock {
  let now = 0;
  const sleep = async (ms: number, signal: AbortSignal): Promise<void> => {
    signal.throwIfAborted();
    now += ms;
  };
  return { now: () => now, monotonic: () => now, sleep };
}

describe('what is waited for', () => {
  it.each([
    ['condition=Ready', status('active'), true],
    ['condition=ready=false', status('failed', 'False'), true],
    ['condition=Ready', status('failed', 'False'), false],
    ['condition=Ready', undefined, false],
    ['status=Active', status('active'), true],
    ['phase=Succeeded', status('Running'), false],
    ['delete', undefined, true],
    ['delete', status('active'), false],
  ])('%s of %o is met: %s', (text, object, met) => {
    expect(isMet(parseGoal(text), object)).toBe(met);
  });

  it.each(['', 'Ready', 'condition', 'condition=', 'phase=', 'phase=a=b', 'condition=Ready=True=False', 'deleted'])(
    'is not %j, and the message says what it may be',
    (text) => {
      expect(() => parseGoal(text)).toThrow(
        expect.objectContaining({ code: 'USAGE', hint: expect.stringContaining('condition=Ready=False') }),
      );
    },
  );

  it('names the condition, or the phase, that was meant', () => {
    expect(() => parseGoal('condition=Redy')).toThrow('did you mean `Ready`?');
    expect(() => parseGoal('condition=Ready=Yes')).toThrow('True, False or Unknown');
    expect(() => parseGoal('phase=Suceeded')).toThrow('did you mean `Succeeded`?');
  });

  it('never comes where an operation has ended in another way; it may where it can be retried into it', () => {
    const failed = status('Failed', 'False', 'Operation/restart-web');

    expect(whyNever(parseGoal('phase=Succeeded'), failed)).toBe('Operation/restart-web has ended: Failed, so it is');
    expect(whyNever(parseGoal('phase=Running'), failed)).toBeUndefined();
    expect(whyNever(parseGoal('condition=Ready'), failed)).toBeUndefined();
    expect(shown(undefined)).toBe('it is not there');
  });
});

describe('waiting', () => {
  it('goes on until the object is as it should be', async () => {
    const view = viewOf(undefined, status('investigating', 'Unknown'), status('active'));

    const found = await waitFor(view, 'Host/web-1', parseGoal('condition=Ready'), 30_000, never, quickClock());

    expect(found).toMatchObject({ status: 'active' });
  });

  it('ends when the time is up, and says how it was last', async () => {
    const waiting = waitFor(
      viewOf(status('failed', 'False')),
      'Host/web-1',
      parseGoal('status=active'),
      1000,
      never,
      quickClock(),
    );

    await expect(waiting).rejects.toMatchObject({
      code: 'NOT_IN_TIME',
      message: 'Not in time: Host/web-1: failed, so it is',
    });
  });

  it('ends at once when an operation has ended in another phase', async () => {
    const view = viewOf(status('Running', 'Unknown', 'Operation/o'), status('Failed', 'False', 'Operation/o'));

    const waiting = waitFor(view, 'Operation/o', parseGoal('phase=Succeeded'), 3_600_000, never, quickClock());

    await expect(waiting).rejects.toMatchObject({ code: 'NEVER' });
  });

  it('ends when it is interrupted', async () => {
    const stop = new AbortController();
    stop.abort(new Error('interrupted'));

    const waiting = waitFor(viewOf(undefined), 'Host/a', parseGoal('status=active'), 1000, stop.signal, quickClock());

    await expect(waiting).rejects.toThrow('interrupted');
  });

  it('takes durations as the documents write them', () => {
    expect(durationFlag('--timeout', '1h30m')).toBe(5_400_000);
    expect(() => durationFlag('--timeout', '30')).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });
});
