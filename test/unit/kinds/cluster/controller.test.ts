import { describe, expect, it } from 'vitest';
import { clusterController } from '../../../../reconciler/kinds/cluster/controller.ts';
import type { KindContext } from '../../../../reconciler/kinds/context.ts';
import { EMPTY_PLAN } from '../../../../reconciler/model/plan.ts';
import type { Resource } from '../../../../reconciler/model/resource.ts';

const resource: Resource<'Cluster'> = {
  apiVersion: 'intendant/v1',
  kind: 'Cluster',
  metadata: { name: 'web' },
  spec: {},
  origin: { oid: 'o', file: 'f', line: 1 },
  digest: 'd',
};
const context: KindContext = {
  nowMs: 0,
  revision: { branch: 'main', commit: 'c', sequence: 1 },
  changedIn: () => undefined,
  holder: 't',
};

function statusOf(members: Record<string, string>, resting: string[] = []) {
  const observed = {
    key: 'Cluster/web' as const,
    previous: undefined,
    members: Object.entries(members).map(([name, status]) => ({ name, status, maintenance: resting.includes(name) })),
  };
  return clusterController.assess(resource, observed, EMPTY_PLAN, context).status!;
}

describe('the status of a cluster', () => {
  it.each([
    ['is ok without hosts', {}, 'ok'],
    ['is ok when all hosts are active, with no container manager to ask', { a: 'active', b: 'active' }, 'ok'],
    ['is degraded when one is not', { a: 'active', b: 'failed' }, 'degraded'],
    ['has failed when none is', { a: 'failed', b: 'failed' }, 'failed'],
    ['is degraded while one is still being looked at', { a: 'active', b: 'investigating' }, 'degraded'],
    ['has not failed before its hosts were looked at', { a: 'investigating', b: 'investigating' }, 'degraded'],
  ])('%s', (_name, members, expected) => {
    expect(statusOf(members).status).toBe(expected);
  });

  it('leaves hosts in maintenance out', () => {
    expect(statusOf({ a: 'active', b: 'failed' }, ['b'])).toMatchObject({
      status: 'ok',
      detail: { hosts: { total: 2, available: 1, unavailable: 0, maintenance: 1 } },
    });
  });

  it('names the hosts that are away, and no more than ten of them', () => {
    const many = Object.fromEntries(Array.from({ length: 14 }, (_, index) => [`h${index + 10}`, 'failed']));

    const ready = statusOf(many).conditions.find((condition) => condition.type === 'Ready')!;

    expect(ready.message).toMatch(/h10.*and 4 more/);
  });
});
