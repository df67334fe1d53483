import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { rebootsByHost } from '../../reconciler/demo/outages.ts';
import { cli } from '../support/cli.ts';
import { clusterDocument, restartDocument } from '../support/documents.ts';
import { eventually } from '../support/eventually.ts';
import { startScenario } from '../support/scenario.ts';
import type { Scenario } from '../support/scenario.ts';

const HOOK = {
  name: 'pool',
  host: 'lb-1',
  before: { command: ['echo', 'out', '{host}', '{address}'] },
  after: { command: ['echo', 'in', '{host}'] },
};

describe('a hook on a helper host', () => {
  let scenario: Scenario;

  afterEach(async () => {
    await scenario.stop();
  });

  async function begin(hook: object): Promise<void> {
    scenario = await startScenario({ clusters: { web: 3, lb: 1 }, rebootMs: 400 });
    await scenario.repo.push(
      { 'clusters/web/cluster.yaml': clusterDocument('web', { hooks: [hook], containerManager: 'none' }), ...MANAGER },
      'a hook',
    );
    scenario.start();
    await scenario.untilHosts([...scenario.hosts('web'), 'lb-1'], 'active');
  }

  /** What happened on the helper and to the hosts, in order, by the hosts' own record. */
  async function story(): Promise<string[]> {
    const events = await scenario.fleet.records();
    return events.flatMap(({ event, host, step, reason }) => {
      if (event === 'down' && reason === 'reboot') return [`reboot ${host}`];
      if (event !== 'started' || host !== 'lb-1') return [];
      const told = /\.\d+\.\d+-(takeout|putback)\.(.*)$/.exec(step!);
      return told ? [`${told[1]} ${told[2]}`] : [`unexpected ${step}`];
    });
  }

  it('runs once before and once after each host, in order, also when the daemon is killed in between', async () => {
    await begin({ ...HOOK, before: { command: ['sleep', '0.3'] } });
    const restart = restartDocument('restart-web', 'web', { rollout: { batches: 1 } });
    await scenario.repo.push({ 'operations/restart-web.yaml': restart }, 'restart');

    // Once while the command that takes a host out runs, once between taking out and putting back.
    await eventually(async () => (await story()).includes('takeout web-1'), { timeoutMs: 60_000 });
    await scenario.daemon.kill('SIGKILL');
    scenario.start();
    await eventually(async () => (await story()).includes('reboot web-2'), { timeoutMs: 60_000 });
    await scenario.daemon.kill('SIGKILL');
    scenario.start();

    const done = await scenario.untilPhase('restart-web', ['Succeeded', 'Failed'], 60_000);
    expect(done.status).toBe('Succeeded');
    expect(await story()).toEqual(
      ['web-1', 'web-2', 'web-3'].flatMap((host) => [`takeout ${host}`, `reboot ${host}`, `putback ${host}`]),
    );
  });

  it('leaves a host out that failed and names it, and puts it back after a retry without taking it out again', async () => {
    await begin(HOOK);
    await scenario.fleet.control.setFaults({ failChecks: true }, ['web-1']);
    const checks = { after: [{ command: ['systemctl', 'is-system-running'] }] };
    const document = (spec: object): string => restartDocument('restart-web', 'web', { checks, ...spec });
    await scenario.repo.push({ 'operations/restart-web.yaml': document({}) }, 'restart');
    const failed = await scenario.untilPhase('restart-web', ['Succeeded', 'Failed']);
    const out = await story();

    await scenario.fleet.control.setFaults({ failChecks: false }, ['web-1']);
    await scenario.repo.push({ 'operations/restart-web.yaml': document({ retry: 1 }) }, 'again');
    const done = await scenario.untilStatus(
      'operations/restart-web.yaml',
      ({ status, detail }) => detail.round === 1 && ['Succeeded', 'Failed'].includes(status ?? ''),
      60_000,
    );

    expect(failed.status).toBe('Failed');
    expect(out).toEqual(['takeout web-1', 'reboot web-1']);
    expect(failed.detail.outcomes['web-1']).toMatchObject({
      reason: 'CheckAfterFailed',
      out: { 'hook pool of cluster web': 'yes', 'container manager none of cluster web': 'yes' },
    });
    expect(done.status).toBe('Succeeded');
    expect((await story()).slice(2)).toEqual([
      ...['reboot web-1', 'putback web-1'],
      ...['web-2', 'web-3'].flatMap((host) => [`takeout ${host}`, `reboot ${host}`, `putback ${host}`]),
    ]);
    expect(Object.fromEntries(rebootsByHost(await scenario.fleet.records()))).toMatchObject({ 'web-1': 2, 'web-2': 1 });
  });

  it('leaves nobody out for ever when the store is lost between taking out and putting back', async () => {
    await begin({ ...HOOK, before: { command: ['sleep', '0.5'] } });
    const document = (spec: object): string => restartDocument('restart-web', 'web', spec);
    await scenario.repo.push({ 'operations/restart-web.yaml': document({}) }, 'restart');
    await scenario.untilPhase('restart-web', ['Running']);
    await eventually(async () => (await story()).at(-1)?.startsWith('takeout'), { timeoutMs: 60_000 });
    await scenario.daemon.kill('SIGKILL');
    rmSync(join(scenario.folder, 'daemon', 'state'), { recursive: true });
    const host = (await story()).at(-1)!.split(' ')[1]!;

    const adopted = await cli(['store', 'adopt', '--config', scenario.configPath]);
    scenario.start();
    // The host in hand is brought to its end; no other is begun before a commit lets it go on.
    await eventually(async () => (await story()).includes(`putback ${host}`), { timeoutMs: 60_000 });
    const held = await scenario.untilStatus('operations/restart-web.yaml', ({ status, detail }) => {
      return status === 'Suspended' && detail.hosts.running === 0;
    });
    const untilHeld = (await story()).filter((line) => line.startsWith('takeout'));
    await scenario.repo.push({ 'operations/restart-web.yaml': document({ suspend: false }) }, 'go on');
    const finished = await scenario.untilPhase('restart-web', ['Succeeded', 'Failed'], 60_000);

    expect(adopted.code).toBe(0);
    expect(held.conditions?.some(({ reason }) => reason === 'StoreAdopted')).toBe(true);
    expect(untilHeld.at(-1)).toBe(`takeout ${host}`);
    expect(finished.status).toBe('Succeeded');
    expect(await story()).toEqual(
      ['web-1', 'web-2', 'web-3'].flatMap((name) => [`takeout ${name}`, `reboot ${name}`, `putback ${name}`]),
    );
  });

  it('that fails keeps its host from being touched, and the operation goes no further', async () => {
    await begin({ ...HOOK, before: { command: ['false'] } });
    await scenario.repo.push({ 'operations/restart-web.yaml': restartDocument('restart-web', 'web') }, 'restart');

    const failed = await scenario.untilPhase('restart-web', ['Succeeded', 'Failed']);

    expect(failed.detail.outcomes['web-1']).toMatchObject({ result: 'failed', reason: 'TakeOutFailed' });
    expect(await story()).toEqual(['takeout web-1', 'putback web-1']);
    expect(failed.detail.outcomes['web-1']).not.toHaveProperty('out');
  });
});

const MANAGER = {
  'manager.yaml': JSON.stringify({
    apiVersion: 'intendant/v1',
    kind: 'ContainerManager',
    metadata: { name: 'none' },
    spec: { type: 'trivial' },
  }),
};
