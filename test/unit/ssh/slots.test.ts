import { describe, expect, it } from 'vitest';
import { Slots } from '../../../reconciler/ssh/slots.ts';

const never = new AbortController().signal;

describe('places', () => {
  it('let in as many as there are, then in the order of coming', async () => {
    const slots = new Slots(1);
    const order: string[] = [];
    const leave = await slots.acquire(never);
    const second = slots.acquire(never).then((release) => (order.push('second'), release));
    const third = slots.acquire(never).then((release) => (order.push('third'), release));

    leave();
    (await second)();
    (await third)();

    expect(order).toEqual(['second', 'third']);
  });

  it('forget who stopped waiting', async () => {
    const slots = new Slots(1);
    const leave = await slots.acquire(never);
    const controller = new AbortController();
    const waiting = slots.acquire(controller.signal);

    controller.abort(new Error('enough'));
    leave();

    await expect(waiting).rejects.toThrow('enough');
    await expect(slots.acquire(never)).resolves.toBeTypeOf('function');
  });

  it('are given back once only', async () => {
    const slots = new Slots(1);
    const leave = await slots.acquire(never);

    leave();
    leave();
    await slots.acquire(never);
    const third = Promise.race([slots.acquire(never).then(() => 'in'), Promise.resolve('waiting')]);

    await expect(third).resolves.toBe('waiting');
  });

  it('are given back when the work throws', async () => {
    const slots = new Slots(1);

    const work = slots.run(() => Promise.reject(new Error('broken')), never);

    await expect(work).rejects.toThrow('broken');
    await expect(slots.run(async () => 'next', never)).resolves.toBe('next');
  });

  it.each([0, -1, 1.5, Number.NaN])('cannot be %s', (count) => {
    expect(() => new Slots(count)).toThrow(RangeError);
  });
});
