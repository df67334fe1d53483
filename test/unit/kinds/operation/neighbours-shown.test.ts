import { describe, expect, it } from 'vitest';
import { containerManagerController } from '../../../../reconciler/kinds/container-manager/controller.ts';
import type { KindContext } from '../../../../reconciler/kinds/context.ts';
import { assessOperation } from '../../../../reconciler/kinds/operation/assess.ts';
import { leftDown } from '../../../../reconciler/kinds/operation/down.ts';
import { findNeighbours } from '../../../../reconciler/kinds/operation/neighbours/registry.ts';
import { dataOf, standingOf } from '../../../../reconciler/kinds/operation/neighbours/standing.ts';
import { reviewOperation, type OperationReview } from '../../../../reconciler/kinds/operation/review.ts';
import { sealJournal, unsealJournal } from '../../../../reconciler/kinds/operation/sealed.ts';
import { EMPTY_PLAN, type JournalRecord } from '../../../../reconciler/model/plan.ts';
import { keyOf, type Inventory } from '../../../../reconciler/model/resource.ts';
import { InventoryBuilder } from '../../../../reconciler/source/inventory/inventory-builder.ts';
import type { OperationSpec } from '../../../../schema/generated/types.ts';
import { commitFiles, documentOf } from '../../../support/inventory.ts';
import { OperationWorld } from '../../../support/operation-world.ts';

const hook = (name: string, host = 'lb-1'): object => ({
  name,
  host,
  before: { command: ['out', '{host}'] },
  after: { command: ['in', '{host}'] },
});
const CONTEXT: KindContext = {
  nowMs: 0,
  revision: { branch: 'main', commit: 'c1', sequence: 1 },
  changedIn: () => undefined,
  holder: 'd',
};

function inventoryOf(web: object, operation: object, manager = 'kubernetes'): Inventory {
  const server = manager === 'trivial' ? {} : { server: 'https://k.example.org' };
  const documents = [
    documentOf('Cluster', 'web', web),
    documentOf('Cluster', 'db', {}),
    documentOf('ContainerManager', 'kube', { type: manager, ...server }),
    documentOf('Host', 'lb-1', { address: '192.0.2.9' }),
    ...['web-1', 'web-2'].map((name, at) => documentOf('Host', name, { address: `192.0.2.${at + 1}`, cluster: 'web' })),
    documentOf('Host', 'db-1', { address: '192.0.2.7', cluster: 'db' }),
    documentOf('Operation', 'op', { type: 'restart', ...operation }),
  ];
  const { inventory, diagnostics } = commitFiles(new InventoryBuilder(), 'c1', { 'all.yaml': documents.join('---\n') });
  expect(diagnostics).toEqual([]);
  return inventory;
}

function review(inventory: Inventory): OperationReview {
  return reviewOperation(inventory.get(keyOf('Operation', 'op'))!, inventory, () => undefined, 0);
}

describe('the plan of an operation', () => {
  it('shows what is done around each host: its cluster first, then the operation, and back in reverse', () => {
    const { actions, plan } = review(
      inventoryOf(
        { hooks: [hook('pool')], containerManager: 'kube' },
        { target: { cluster: 'web' }, hooks: [hook('pager')] },
        'trivial',
      ),
    );

    expect(actions).toEqual([
      'connect and read facts',
      'cordon (kube)',
      'drain (kube)',
      'reach lb-1 (hook pool)',
      'take out (hook pool): on lb-1 run out {host}',
      'reach lb-1 (hook pager)',
      'take out (hook pager): on lb-1 run out {host}',
      'reboot',
      'wait for a new boot id',
      'put back (hook pager): on lb-1 run in {host}',
      'put back (hook pool): on lb-1 run in {host}',
      'uncordon (kube)',
    ]);
    expect(plan.steps.filter(({ target }) => target === 'Host/web-2').map(({ summary }) => summary)).toEqual(actions);
    expect(new Set(plan.steps.map(({ target, id }) => `${target} ${id}`)).size).toBe(plan.steps.length);
  });

  it('says which hosts it concerns where it does not concern all', () => {
    const { actions, plan } = review(
      inventoryOf({ hooks: [hook('pool')] }, { target: { hosts: ['web-1', 'web-2', 'db-1'] } }),
    );

    expect(actions).toContain('take out (hook pool): on lb-1 run out {host} (web-1, web-2)');
    expect(plan.steps.filter(({ target }) => target === 'Host/db-1').map(({ action }) => action)).toEqual([
      ...['connect', 'reboot', 'prove'],
    ]);
  });

  it('warns of a manager that is not spoken to, and of a helper that is acted on itself', () => {
    const { warnings } = review(
      inventoryOf({ hooks: [hook('pool', 'web-2')], containerManager: 'kube' }, { target: { cluster: 'web' } }),
    );

    expect(warnings.join('\n')).toContain(
      'hosts of cluster web are not cordoned or drained: this build does not speak to the container manager kube (kubernetes)',
    );
    expect(warnings.join('\n')).toContain('web-2 is acted on itself and runs the hook pool of cluster web');
  });

  it('gives hooks of one name names of their own', () => {
    const inventory = inventoryOf({ hooks: [hook('pool'), hook('pool')] }, { target: { cluster: 'web' } });

    const { around } = findNeighbours(undefined, ['web-1', 'web-2'], ['web'], inventory);

    expect(around.map(({ name }) => name)).toEqual(['hook pool of cluster web', 'hook pool of cluster web (2)']);
  });
});

describe('a container manager that is not spoken to', () => {
  it('stands in the condition of the operations on its hosts', () => {
    const spec = { type: 'restart', target: { cluster: 'web' } } as OperationSpec;
    const inventory = inventoryOf({ containerManager: 'kube' }, { target: { cluster: 'web' } });
    const world = new OperationWorld(spec, ['web-1', 'web-2']);
    world.more = { neighbours: findNeighbours(spec, ['web-1', 'web-2'], ['web'], inventory) };

    const considered = world.look();

    const { status } = assessOperation(undefined, world.observed(), considered, CONTEXT);
    expect(status!.conditions.find(({ type }) => type === 'Ready')?.message).toContain('not cordoned or drained');
    expect(considered!.record.frozen).not.toHaveProperty('neighbours');
  });

  it.each([
    ['kubernetes', 'False', 'ManagerNotSpokenTo'],
    ['trivial', 'True', 'Accepted'],
  ])('of type %s is Ready: %s', (type, status, reason) => {
    const resource = inventoryOf({}, { target: { cluster: 'web' } }, type).get(keyOf('ContainerManager', 'kube'))!;
    const observed = { key: keyOf('ContainerManager', 'kube'), previous: undefined };

    const { status: told } = containerManagerController.assess(resource, observed, EMPTY_PLAN, CONTEXT);

    expect(told!.conditions).toMatchObject([{ type: 'Ready', status, reason }]);
  });
});

describe('a host that was left out', () => {
  const standing = { out: { 'hook pool of cluster web': 'yes' } as const, acted: true };
  const verdict = {
    result: 'failed' as const,
    reason: 'PutBackFailed',
    message: 'm',
    data: { down: false, ...dataOf(standing) },
  };
  const entry = {
    format: 1,
    round: 0,
    step: { id: 'op.0.9-verdict', round: 0, ordinal: 9, action: 'verdict', parameters: {}, verdict },
    startedAt: '',
    outcome: { ...verdict, at: '2026-01-01T00:00:00.000Z' },
  } as unknown as JournalRecord;

  it('counts as down, though it answers, until a retry has put it back', () => {
    const world = new OperationWorld({ type: 'restart', target: { cluster: 'web' } }, ['web-1', 'web-2']);
    world.journal.set('web-1', [entry]);

    expect(leftDown('web-1', world.hosts.get('web-1'), world.observed())).toBe(true);
    expect(leftDown('web-2', world.hosts.get('web-2'), world.observed())).toBe(false);
  });

  it('is named when the operation has ended', () => {
    const spec = { type: 'restart', target: { cluster: 'web' } } as OperationSpec;
    const world = new OperationWorld(spec, ['web-1', 'web-2']);
    world.look();
    world.journal.set('web-1', [entry]);
    const considered = world.look();

    const { status } = assessOperation(undefined, world.observed(), considered, CONTEXT);

    const { message } = status!.conditions.find(({ type }) => type === 'Ready')!;
    expect(message).toContain('failed: web-1; not put back in service: web-1');
    expect(status!.detail.outcomes).toMatchObject({ 'web-1': { out: standing.out, acted: true } });
  });

  it('is remembered when its steps were cleaned away', () => {
    const sealed = sealJournal(new Map([['web-1', [entry]]]), 0, '2026-01-09T00:00:00.000Z');

    const [kept] = unsealJournal('op', JSON.parse(JSON.stringify(sealed)) as typeof sealed).values();

    expect(standingOf([kept!], 1)).toEqual(standing);
  });
});
