import { describe, expect, it } from 'vitest';
import { breakerHold } from '../../../reconciler/rollout/breaker.ts';

const health = (unhealthy: string[], total: number, maxUnhealthy?: number | string) => [
  { name: 'web', unhealthy, total, maxUnhealthy },
];

describe('breakerHold', () => {
  it.each([
    ['there is none', health(['a', 'b'], 3), false],
    ['as many as allowed', health(['a'], 3, 1), false],
    ['one more than allowed', health(['a', 'b'], 3, 1), true],
    ['within the percentage', health(['a', 'b'], 10, '20%'), false],
    ['beyond the percentage', health(['a', 'b', 'c'], 10, '20%'), true],
    ['a percentage of few hosts that rounds to none still allows one', health(['a'], 3, '20%'), false],
  ])('%s', (_what, clusters, trips) => {
    expect(breakerHold(clusters) !== undefined).toBe(trips);
  });

  it('names the cluster, the hosts and the bound', () => {
    expect(breakerHold(health(['b', 'a'], 9, 1))?.message).toBe(
      '2 hosts of cluster web are unhealthy and at most 1 may be (maxUnhealthy): a, b',
    );
  });
});
