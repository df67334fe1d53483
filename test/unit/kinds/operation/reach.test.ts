import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { tryUntil } from '../../../../reconciler/kinds/operation/actions/reach.ts';
import { systemClock } from '../../../../reconciler/model/clock.ts';
import { Bug, InvalidInput, Transient } from '../../../../reconciler/model/errors.ts';

const noAbort = new AbortController().signal;

function hang(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}

describe('tryUntil', () => {
  it('gives up with the last reason when the deadline falls into a try that hangs', async () => {
    let tries = 0;

    const found = await tryUntil(systemClock.now() + 150, systemClock, noAbort, (signal) => {
      tries += 1;
      if (tries === 1) throw new Transient('connection refused', { code: 'HOST_UNREACHABLE' });
      return hang(signal);
    });

    expect(found).toEqual({ gaveUp: 'connection refused' });
    expect(tries).toBe(2);
  });

  it('ends at once with the code of what a person must mend', async () => {
    const changed = new InvalidInput('another key', { code: 'HOST_KEY_CHANGED' });

    const found = await tryUntil(systemClock.now() + 10_000, systemClock, noAbort, () => Promise.reject(changed));

    expect(found).toEqual({ gaveUp: 'another key', code: 'HOST_KEY_CHANGED' });
  });

  it('hides no fault of ours', async () => {
    const trying = tryUntil(systemClock.now() + 10_000, systemClock, noAbort, () => Promise.reject(new Bug('broken')));

    await expect(trying).rejects.toThrow('broken');
  });

  it('rejects with the reason of the daemon when that stops', async () => {
    const stop = new AbortController();

    const trying = tryUntil(systemClock.now() + 10_000, systemClock, stop.signal, hang);
    stop.abort(new Error('the daemon stops'));

    await expect(trying).rejects.toThrow('the daemon stops');
  });

  it('gives a try its time when the deadline is further away than one timer can hold', async () => {
    const inForty = systemClock.now() + 40 * 86_400_000;

    const found = await tryUntil(inForty, systemClock, noAbort, async (signal) => {
      await systemClock.sleep(30);
      return signal.aborted ? { again: 'aborted too early' } : { answer: 'seen' };
    });

    expect(found).toEqual({ answer: 'seen' });
  });

  it('leaves no listener on the signal of the daemon', async () => {
    const daemon = new AbortController();
    let tries = 0;

    await tryUntil(systemClock.now() + 10_000, systemClock, daemon.signal, async () =>
      (tries += 1) < 3 ? { again: 'not yet' } : { answer: 'seen' },
    );

    expect(getEventListeners(daemon.signal, 'abort')).toEqual([]);
  });
});
