import { describe, expect, it } from 'vitest';
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
});
