import { describe, expect, it, onTestFinished } from 'vitest';
import { WorkQueue } from '../../../reconciler/engine/queue.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const forever = new AbortController().signal;

describe('WorkQueue', () => {
  it('holds a key once, however often it is added', async () => {
    const queue = new WorkQueue(new ManualClock());

    queue.add('Host/a');
    queue.add('Host/a');

    expect(await queue.take(forever)).toBe('Host/a');
    queue.done('Host/a');
    expect(queue.idle).toBe(true);
  });

  it('does not keep the rest of the process waiting for keys that come back at once', async () => {
    const queue = new WorkQueue(new ManualClock());
    let others = 0;
    setImmediate(() => (others += 1));

    for (let look = 0; look < 1000; look += 1) {
      queue.add('Host/a');
      queue.done(await queue.take(forever));
    }

    expect(others).toBe(1);
  });

  it('gives a key again after done when it was added while in hand, and not before', async () => {
    const queue = new WorkQueue(new ManualClock());
    queue.add('Host/a');
    await queue.take(forever);

    queue.add('Host/a');
    const before = queue.depth;
    queue.done('Host/a');

    expect(before).toBe(1);
    expect(await queue.take(forever)).toBe('Host/a');
  });

  it('gives a delayed key when its time has come', async () => {
    const clock = new ManualClock();
    const queue = new WorkQueue(clock);
    queue.addAfter('Host/a', 100);
    let taken: string | undefined;
    const taking = queue.take(forever).then((key) => (taken = key));

    await clock.advance(99);
    const early = taken;
    await clock.advance(1);
    await taking;

    expect(early).toBeUndefined();
    expect(taken).toBe('Host/a');
  });

  it('keeps the shorter of two waits, and an immediate look ends both', async () => {
    const clock = new ManualClock();
    const queue = new WorkQueue(clock);
    queue.addAfter('Host/a', 50);
    queue.addAfter('Host/a', 500);

    await clock.advance(50);
    expect(await queue.take(forever)).toBe('Host/a');
    queue.done('Host/a');
    queue.addAfter('Host/a', 500);
    queue.add('Host/a');
    expect(await queue.take(forever)).toBe('Host/a');
    queue.done('Host/a');
    await clock.advance(1000);

    expect(queue.idle).toBe(true);
  });

  it('rejects the taker when aborted', async () => {
    const queue = new WorkQueue(new ManualClock());
    const abort = new AbortController();

    const taking = queue.take(abort.signal);
    abort.abort(new Error('stopping'));

    await expect(taking).rejects.toThrow('stopping');
  });

  it('leaves nothing behind on the signal of the daemon, however often it waits', async () => {
    const clock = new ManualClock();
    const queue = new WorkQueue(clock);
    const daemon = new AbortController();
    const listeners = countListeners(daemon.signal);

    for (let time = 0; time < 50; time += 1) {
      const taking = queue.take(daemon.signal);
      queue.add('Host/a');
      queue.done(await taking);
    }

    expect(listeners.now).toBe(0);
    expect(listeners.composed).toBe(0);
  });

  it('stops waiting when the daemon stops', async () => {
    const queue = new WorkQueue(new ManualClock());
    const daemon = new AbortController();

    const taking = queue.take(daemon.signal);
    daemon.abort(new Error('the daemon stops'));

    await expect(taking).rejects.toThrow('the daemon stops');
  });
});

/** Counts who listens to a signal, and how often another signal was made of it (which Node 20 never forgets). */
function countListeners(signal: AbortSignal): { now: number; composed: number } {
  const counts = { now: 0, composed: 0 };
  const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)];
  signal.addEventListener = (...given: Parameters<typeof add>) => {
    counts.now += 1;
    add(...given);
  };
  signal.removeEventListener = (...given: Parameters<typeof remove>) => {
    counts.now -= 1;
    remove(...given);
  };
  const any = AbortSignal.any.bind(AbortSignal);
  AbortSignal.any = (signals) => {
    if ([...signals].includes(signal)) counts.composed += 1;
    return any(signals);
  };
  onTestFinished(() => {
    AbortSignal.any = any;
  });
  return counts;
}
