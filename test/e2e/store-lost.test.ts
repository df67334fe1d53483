import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { rebootsByHost } from '../../reconciler/demo/outages.ts';
import { openEmbeddedStore } from '../../reconciler/store/embedded-store.ts';
import type { Entry } from '../../reconciler/store/state-store.ts';
import { cli } from '../support/cli.ts';
import { restartDocument } from '../support/documents.ts';
import { startEtcd, type TestEtcd } from '../support/etcd.ts';
import { eventually } from '../support/eventually.ts';
import { startScenario, type Scenario } from '../support/scenario.ts';

const PATH = 'operations/restart-web.yaml';

describe('a store that is lost', () => {
  let scenario: Scenario;
  let etcd: TestEtcd | undefined;

  afterEach(async () => {
    await scenario.stop();
    await etcd?.stop();
    etcd = undefined;
  });

  /** A fleet of four on which a restart is under way, one host at a time. */
  async function begin(store?: object): Promise<void> {
    scenario = await startScenario({ clusters: { web: 4 }, rebootMs: 500, ...(store && { store }) });
    scenario.start();
    await scenario.untilHosts(scenario.hosts('web'), 'active');
  }

  function restart(spec: object = {}, name = 'restart-web'): Promise<string> {
    const document = restartDocument(name, 'web', { rollout: { batches: 1 }, ...spec });
    return scenario.repo.push({ [`operations/${name}.yaml`]: document }, 'the operation');
  }

  async function untilDowns(count: number): Promise<void> {
    await eventually(async () => (await scenario.events('down')).length >= count, { timeoutMs: 60_000 });
  }

  async function reboots(): Promise<number[]> {
    const counted = rebootsByHost(await scenario.fleet.records());
    return scenario.hosts('web').map((host) => counted.get(host) ?? 0);
  }

  /** Starts the daemon on whatever store there is now, and proves that it does nothing but say what to type. */
  async function expectHeld(): Promise<void> {
    const tip = await scenario.repo.git('rev-parse', `refs/heads/${scenario.repo.statusBranch}`);
    const before = await reboots();
    const commands = (await scenario.events('command')).length;
    const daemon = scenario.start();
    await daemon.waitFor(/the store and the status branch do not belong together/, 60_000);

    const shown = await eventually(
      async () => {
        const answer = await cli(['status', '--config', scenario.configPath, '--from', 'socket']);
        return answer.stdout.includes('StoreLost') ? answer : undefined;
      },
      { timeoutMs: 60_000 },
    );

    expect(shown.code).toBe(4);
    expect(shown.stdout).toContain('intendant store adopt --config');
    expect(await reboots()).toEqual(before);
    expect((await scenario.events('command')).length).toBe(commands);
    expect(await scenario.repo.git('rev-parse', `refs/heads/${scenario.repo.statusBranch}`)).toBe(tip);
    await daemon.kill();
  }

  /** `store adopt`, and the daemon again. */
  async function adopt(): Promise<void> {
    const before = await reboots();
    const adopted = await cli(['store', 'adopt', '--config', scenario.configPath]);
    expect(adopted.stderr + adopted.stdout).toContain('Adopted');
    expect(adopted.code).toBe(0);
    expect(await reboots()).toEqual(before);
    scenario.start();
  }

  async function untilProcessed(): Promise<void> {
    const commit = await scenario.repo.push({ 'NOTES.md': `${Date.now()}\n` }, 'a note');
    await scenario.untilStatus('fleet.yaml', ({ revision }) => revision?.accepted === commit);
  }

  /** The unfinished operation waits, is let go on by a commit, and ends with one reboot on each host. */
  async function expectResumable(): Promise<void> {
    const held = await scenario.untilStatus(PATH, (file) =>
      (file.conditions ?? []).some(({ reason }) => reason === 'StoreAdopted'),
    );
    expect(held.status).toBe('Suspended');
    expect(held.conditions?.find(({ type }) => type === 'Suspended')?.message).toContain('set spec.suspend to false');
    const before = await reboots();
    await untilProcessed();
    expect(await reboots()).toEqual(before);

    await restart({ suspend: false });

    expect((await scenario.untilPhase('restart-web', ['Succeeded', 'Failed'])).status).toBe('Succeeded');
    expect(await reboots()).toEqual([1, 1, 1, 1]);
  }

  it('an embedded store that is empty, in the middle of an operation: comes back suspended, ends with one reboot each', async () => {
    await begin();
    await restart();
    await untilDowns(2);
    await scenario.untilPhase('restart-web', ['Running']);
    await scenario.daemon.kill('SIGKILL');
    rmSync(join(scenario.folder, 'daemon', 'state'), { recursive: true });

    await expectHeld();
    await adopt();

    await expectResumable();
  });

  it('an old copy of the embedded store, after the operation: finished stays finished', async () => {
    await begin();
    await scenario.daemon.kill();
    const store = join(scenario.folder, 'daemon', 'state', 'store');
    cpSync(store, join(scenario.folder, 'copy'), { recursive: true });
    scenario.start();
    await restart();
    const done = await scenario.untilPhase('restart-web', ['Succeeded', 'Failed']);
    await scenario.daemon.kill();
    rmSync(store, { recursive: true });
    cpSync(join(scenario.folder, 'copy'), store, { recursive: true });

    await expectHeld();
    await adopt();
    await untilProcessed();

    const after = await scenario.repo.status(PATH);
    expect(after).toMatchObject({ status: 'Succeeded', detail: { hosts: done.detail.hosts } });
    expect(after?.detail.outcomes).toEqual(done.detail.outcomes);
    expect(await reboots()).toEqual([1, 1, 1, 1]);
    expect([...(await scenario.repo.hostStatuses()).keys()].sort()).toEqual(scenario.hosts('web'));
  });

  it('an etcd that was wiped, in the middle of an operation and with one that is finished', async () => {
    etcd = await startEtcd();
    await begin({ etcd: { endpoints: [etcd.endpoint] } });
    const empty = await emptyEtcd();
    await restart();
    await untilDowns(1);
    await scenario.untilPhase('restart-web', ['Running']);
    await scenario.daemon.kill('SIGKILL');
    await empty();

    await expectHeld();
    await adopt();

    await expectResumable();
  });

  it('an old snapshot of etcd, taken in the middle of an operation that has ended since', async () => {
    etcd = await startEtcd();
    await begin({ etcd: { endpoints: [etcd.endpoint] } });
    await restart();
    await untilDowns(1);
    await scenario.untilPhase('restart-web', ['Running']);
    await scenario.daemon.kill('SIGKILL');
    const snapshot = await etcd.snapshot();
    scenario.start();
    await scenario.untilPhase('restart-web', ['Succeeded']);
    await scenario.daemon.kill();
    await etcd.restore(snapshot);

    await expectHeld();
    await adopt();
    await untilProcessed();

    expect((await scenario.repo.status(PATH))?.status).toBe('Succeeded');
    expect(await reboots()).toEqual([1, 1, 1, 1]);
  });

  it('that is not lost is not adopted: nothing is rewritten and no host is asked', async () => {
    await begin();
    await restart();
    const done = await scenario.untilPhase('restart-web', ['Succeeded', 'Failed']);
    await scenario.daemon.kill();
    const before = await everything();
    const commands = (await scenario.events('command')).length;

    const refused = await cli(['store', 'adopt', '--config', scenario.configPath]);

    expect(refused.code).toBe(1);
    expect(refused.stdout).toBe('');
    expect(refused.stderr).toContain(
      'The store is the one that the status branch speaks of: there is nothing to adopt.',
    );
    expect(refused.stderr).toMatch(/Code: {2}STORE_NOT_LOST/);
    expect(await everything()).toEqual(before);
    expect((await scenario.events('command')).length).toBe(commands);
    scenario.start();
    await untilProcessed();
    expect(await scenario.repo.status(PATH)).toEqual(done);
  });

  it('where there is no status branch either, nothing is rebuilt: what to do is to start the daemon', async () => {
    scenario = await startScenario({ clusters: { web: 1 } });

    const refused = await cli(['store', 'adopt', '--config', scenario.configPath, '-o', 'json']);

    expect(refused.code).toBe(1);
    expect(JSON.parse(refused.stderr)).toMatchObject({ error: { code: 'NO_STATUS_BRANCH' } });
    expect(refused.stderr).toContain('A fleet that never ran needs no adoption: start the daemon.');
    expect(await scenario.events('login')).toEqual([]);
    scenario.start();
    await scenario.untilHosts(['web-1'], 'active');
  });

  /** Every entry of the embedded store. The daemon must not run. */
  async function everything(): Promise<Entry[]> {
    const store = await openEmbeddedStore({ folder: join(scenario.folder, 'daemon', 'state', 'store') });
    try {
      const found: Entry[] = [];
      for await (const page of store.snapshot()) found.push(...page);
      return found;
    } finally {
      await store.close();
    }
  }

  /** Empties the fleet's keys in etcd, as somebody who sets it up anew. */
  async function emptyEtcd(): Promise<() => Promise<void>> {
    return async () => {
      const all = Buffer.from('\0').toString('base64');
      await etcd!.gateway('kv/deleterange', { key: all, range_end: all });
    };
  }
});
