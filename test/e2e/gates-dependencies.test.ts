import { afterEach, describe, expect, it } from 'vitest';
import { document } from '../support/documents.ts';
import { startScenario, type Scenario } from '../support/scenario.ts';

const SCRIPT = '#!/bin/sh\nset -e\nsystemctl is-active it\n';
const operation = (name: string, spec: object): string =>
  document('Operation', name, { type: 'run', script: SCRIPT, target: { cluster: 'web' }, timeout: '20s', ...spec });

describe('an operation that depends on another', () => {
  let scenario: Scenario;

  afterEach(async () => {
    await scenario.stop();
  });

  it('is held by its failure, and begins when a retry of that has succeeded', async () => {
    scenario = await startScenario({ clusters: { web: 2 } });
    scenario.start();
    await scenario.untilHosts(scenario.hosts('web'), 'active');
    await scenario.fleet.control.setFaults({ failChecks: true }, ['web-1']);
    // By its name the child stands before its parent.
    await scenario.repo.push(
      {
        'operations/parent.yaml': operation('parent', {}),
        'operations/child.yaml': operation('child', { dependsOn: ['parent'] }),
      },
      'parent and child',
    );

    const held = await scenario.untilStatus(
      'operations/child.yaml',
      ({ conditions }) => conditions?.[0]?.reason === 'DependencyFailed',
    );
    await scenario.fleet.control.setFaults({ failChecks: undefined }, ['web-1']);
    await scenario.repo.push({ 'operations/parent.yaml': operation('parent', { retry: 1 }) }, 'once more');
    const done = await scenario.untilPhase('child', ['Succeeded', 'Failed', 'Cancelled']);

    expect(held.conditions![0]!.message).toContain('depends on parent (Failed)');
    expect(held.status).toBe('Pending');
    expect(done.status).toBe('Succeeded');
    expect(done.detail.hosts.succeeded).toBe(2);
  });
});
