import { describe, expect, it } from 'vitest';
import { paintFor } from '../../../cli/output/paint.ts';
import type { OperationReview } from '../../../reconciler/kinds/operation/review.ts';
import type { Change } from '../../../reconciler/model/plan.ts';
import { EMPTY_PLAN } from '../../../reconciler/model/plan.ts';
import { countChanges, planFooter, renderPlan } from '../../../reconciler/view/plan-text.ts';

const CHANGES: Change[] = [
  { symbol: '+', key: 'Operation/restart-web', lines: ['restart'] },
  { symbol: '~', key: 'Host/web-1', lines: ['spec.address: 10.0.0.1 → 10.0.0.2'] },
  { symbol: '-', key: 'Host/web-9', lines: [] },
];

function review(more: Partial<OperationReview> = {}): OperationReview {
  return {
    name: 'restart-web',
    type: 'restart',
    hosts: ['web-1', 'web-2', 'web-3'],
    batches: [['web-1'], ['web-2', 'web-3']],
    rollout: { maxUnavailable: 2, maxFailures: 0, minHealthyMs: 30_000 },
    actions: ['connect', 'reboot', 'prove a new boot'],
    warnings: [],
    plan: EMPTY_PLAN,
    ...more,
  };
}

describe('renderPlan', () => {
  it('shows each change with its symbol, an operation with its batches in order, and the footer', () => {
    const text = renderPlan(CHANGES, [review()], paintFor(false));

    expect(text.split('\n')).toEqual([
      '  + Operation/restart-web',
      '      restart',
      '      restart of 3 hosts in 2 batches; at most 2 down at once, the first failure ends it, 30s well between batches',
      '      on each host: connect → reboot → prove a new boot',
      '      batch 1 of 2: web-1',
      '      batch 2 of 2: web-2, web-3',
      '',
      '  ~ Host/web-1',
      '      spec.address: 10.0.0.1 → 10.0.0.2',
      '',
      '  - Host/web-9',
      '',
      'Plan: 1 to add, 1 to change, 1 to remove.',
    ]);
  });

  it('names the first and the last of a large batch', () => {
    const hosts = Array.from({ length: 40 }, (_, index) => `web-${index}`);

    const text = renderPlan(CHANGES, [review({ hosts, batches: [hosts] })], paintFor(false));

    expect(text).toContain('batch 1 of 1: web-0, web-1 … web-39 (40 hosts)');
  });

  it('shows warnings and where a person is to look', () => {
    const text = renderPlan(CHANGES, [review({ warnings: ['not active now: web-2'], pauseAfter: 1 })], paintFor(false));

    expect(text).toContain('warning: not active now: web-2');
    expect(text).toContain('stops after batch 1 for a person to look');
  });

  it('says so when there is nothing to do', () => {
    expect(renderPlan([], [], paintFor(false))).toBe('No changes. The repository says what is in effect already.');
  });

  it('takes control characters out of what the repository says', () => {
    const text = renderPlan([{ symbol: '+', key: 'Host/a', lines: ['x\u001b[2Jy\nz'] }], [], paintFor(false));

    expect(text).toContain('      xy z');
  });
});

describe('countChanges', () => {
  it('counts a replacement as one to add and one to remove', () => {
    expect(countChanges([{ symbol: '-/+', key: 'Host/a', lines: [] }])).toEqual({ add: 1, change: 0, remove: 1 });
    expect(planFooter({ add: 1, change: 0, remove: 1 })).toBe('Plan: 1 to add, 0 to change, 1 to remove.');
  });
});
