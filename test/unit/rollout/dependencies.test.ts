import { describe, expect, it } from 'vitest';
import { dependencyHold } from '../../../reconciler/rollout/dependencies.ts';

describe('dependencyHold', () => {
  it.each([
    [[], undefined],
    [[['a', 'Succeeded']], undefined],
    [
      [
        ['a', 'Succeeded'],
        ['b', 'Running'],
      ],
      'waits until b (Running) has succeeded',
    ],
    [[['a', undefined]], 'waits until a (Pending) has succeeded'],
    [
      [
        ['a', 'Running'],
        ['b', 'Failed'],
        ['c', 'Cancelled'],
      ],
      'depends on b (Failed), c (Cancelled); it begins once a retry of that has succeeded, or spec.dependsOn no longer names it',
    ],
  ] as const)('of %j is %j', (dependencies, message) => {
    const hold = dependencyHold(dependencies.map(([name, phase]) => ({ name, phase })));

    expect(hold?.message).toBe(message);
  });
});
