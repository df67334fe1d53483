import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { rebootsByHost } from '../../reconciler/demo/outages.ts';
import { restartDocument } from '../support/documents.ts';
import { eventually } from '../support/eventually.ts';
import { holdDown } from '../support/hold-down.ts';
import { describeWith } from '../support/real-parts.ts';
import { startScenario } from '../support/scenario.ts';
import type { Scenario } from '../support/scenario.ts';
import { mountSmallDisk } from '../support/small-disk.ts';
import type { SmallDisk } from '../support/small-disk.ts';

describeWith(['git', 'mount'], 'the disk of the daemon', () => {
  let scenario: Scenario;
  let disk: SmallDisk;

  afterEach(async () => {
    await scenario.stop();
    disk.remove();
  });

  it('being full means that nothing is begun without its intent, is told, and passes when there is room', async () => {
    disk = mountSmallDisk(48);
    scenario = await startScenario({ clusters: { web: 3 } });
    const state = join(disk.folder, 'state');
    mkdirSync(state);
    const config = parse(readFileSync(scenario.configPath, 'utf8')) as object;
    writeFileSync(scenario.configPath, stringify({ ...config, state }));
    scenario.start();
    await scenario.untilHosts(scenario.hosts('web'), 'active');
    const release = await holdDown(scenario, 'web-1');
    const restart = restartDocument('restart-web', 'web', { rollout: { batches: 1 }, timeout: '60s' });
    await scenario.repo.push({ 'operations/restart-web.yaml': restart }, 'restart');
    await eventually(async () => (await scenario.events('down')).length === 1, { timeoutMs: 60_000 });

    disk.fill();
    await release();
    await scenario.daemon.waitFor(/STORE_UNAVAILABLE/, 60_000);
    await eventually(async () => (await scenario.events('boot')).length === 3 + 1, { timeoutMs: 60_000 });
    const downWhileFull = (await scenario.events('down')).length;
    const log = scenario.daemon.log();
    disk.free();

    const done = await scenario.untilPhase('restart-web', ['Succeeded', 'Failed'], 90_000);
    expect(downWhileFull).toBe(1);
    expect(log).toMatch(/disk is there and not full/);
    expect(done.status).toBe('Succeeded');
    expect(Object.fromEntries(rebootsByHost(await scenario.fleet.records()))).toEqual({
      'web-1': 1,
      'web-2': 1,
      'web-3': 1,
    });
  });
});
