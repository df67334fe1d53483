import { describe, expect, it } from 'vitest';
import { alertHold, type AlertAnswer } from '../../../reconciler/rollout/alerts.ts';

const NOW = 1_000_000;
const told = (verdict: AlertAnswer['verdict'], ageMs = 0): AlertAnswer => ({ at: NOW - ageMs, verdict });

describe('alertHold', () => {
  it.each<[string, AlertAnswer | undefined, string | undefined]>([
    ['open when nothing fires', told({ state: 'clear' }), undefined],
    ['open while the answer is fresh enough', told({ state: 'clear' }, 30_000), undefined],
    ['closed when it is too old', told({ state: 'clear' }, 30_001), 'AlertsNotReadYet'],
    ['closed when it comes from the future', told({ state: 'clear' }, -60_000), 'AlertsNotReadYet'],
    ['closed when there is none yet', undefined, 'AlertsNotReadYet'],
    ['closed when alerts fire', told({ state: 'firing', alerts: ['DiskFull'] }), 'AlertsFiring'],
    ['closed when nobody can tell', told({ state: 'unknown', why: 'no answer' }), 'AlertsUnknown'],
  ])('is %s', (_what, answer, reason) => {
    expect(alertHold([{ owner: 'the fleet', answer }], NOW)?.reason).toBe(reason);
  });

  it('is closed by any gate, and says whose it is and what fires', () => {
    const hold = alertHold(
      [
        { owner: 'the fleet', answer: told({ state: 'clear' }) },
        { owner: 'cluster web', answer: told({ state: 'firing', alerts: ['A', 'B'] }) },
      ],
      NOW,
    );

    expect(hold?.message).toBe('alerts keep the alert gate of cluster web closed: A, B');
  });
});
