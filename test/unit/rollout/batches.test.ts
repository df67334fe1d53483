import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { largestBatch, planBatches } from '../../../reconciler/rollout/batches.ts';
import { resolveQuantity } from '../../../reconciler/rollout/quantity.ts';

const hosts = (count: number): string[] => Array.from({ length: count }, (_, index) => `h${index}`);
const sizes = (batches: string[][]): number[] => batches.map((batch) => batch.length);
const quantity = fc.oneof(
  fc.integer({ min: 1, max: 50 }),
  fc.integer({ min: 1, max: 100 }).map((percent) => `${percent}%`),
);

describe('planBatches', () => {
  it.each([
    { name: 'a number repeats', count: 5, batches: 2, expected: [2, 2, 1] },
    { name: 'a percentage is of all hosts', count: 8, batches: '25%', expected: [2, 2, 2, 2] },
    { name: 'a percentage rounds down and is at least one', count: 3, batches: '10%', expected: [1, 1, 1] },
    {
      name: 'a list gives canaries first and repeats its last',
      count: 20,
      batches: [1, 5, '25%'],
      expected: [1, 5, 5, 5, 4],
    },
    { name: 'a batch larger than the fleet is the fleet', count: 3, batches: 100, expected: [3] },
    { name: 'no hosts make no batch', count: 0, batches: 1, expected: [] },
  ])('$name', ({ count, batches, expected }) => {
    expect(sizes(planBatches(hosts(count), batches))).toEqual(expected);
  });

  it('places every host exactly once and in order, whatever the settings', () => {
    fc.assert(
      fc.property(
        fc.nat(200),
        fc.oneof(quantity, fc.array(quantity, { minLength: 1, maxLength: 4 })),
        (count, batches) => {
          const planned = planBatches(hosts(count), batches);

          expect(planned.flat()).toEqual(hosts(count));
          expect(planned.every((batch) => batch.length > 0)).toBe(true);
          expect(largestBatch(planned)).toBeLessThanOrEqual(Math.max(1, count));
        },
      ),
    );
  });
});

describe('resolveQuantity', () => {
  it('is never less than one and never more than there are', () => {
    fc.assert(
      fc.property(quantity, fc.nat(1000), (wanted, total) => {
        const resolved = resolveQuantity(wanted, total);

        expect(resolved).toBeGreaterThanOrEqual(1);
        expect(resolved).toBeLessThanOrEqual(Math.max(1, total));
      }),
    );
  });
});
