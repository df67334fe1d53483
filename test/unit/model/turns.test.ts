import { describe, expect, it } from 'vitest';
import { Pace, runAtOnce, runInTurns } from '../../../reconciler/model/turns.ts';
import type { Turns } from '../../../reconciler/model/turns.ts';

function* sum(items: number, every: number): Turns<number> {
  const pace = new Pace(every);
  let total = 0;
  for (let item = 1; item <= items; item += 1) {
    if (pace.isOver()) yield;
    total += item;
  }
  return total;
}

describe('work in turns', () => {
  it('yields after so many items, and gives what it gives at once', async () => {
    const yields = (items: number): number => [...sum(items, 10)].length;

    const inTurns = await runInTurns(sum(100, 10));

    expect([yields(10), yields(11), yields(20), yields(21)]).toEqual([0, 1, 1, 2]);
    expect(inTurns).toBe(runAtOnce(sum(100, 10)));
  });

  it('lets others run in between', async () => {
    const order: string[] = [];
    const others = new Promise<void>((resolve) =>
      setImmediate(() => {
        order.push('other');
        resolve();
      }),
    );

    await Promise.all([runInTurns(sum(100, 10)).then(() => order.push('work')), others]);

    expect(order).toEqual(['other', 'work']);
  });

  it('passes on what goes wrong', async () => {
    const broken = function* (): Turns<void> {
      yield;
      throw new Error('it broke');
    };

    const failed = runInTurns(broken());

    await expect(failed).rejects.toThrow('it broke');
    expect(() => runAtOnce(broken())).toThrow('it broke');
  });
});
