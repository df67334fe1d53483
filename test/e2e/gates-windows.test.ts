import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { cli, startDaemon } from '../support/cli.ts';
import { clusterDocument, restartDocument } from '../support/documents.ts';
import { startScenario, type Scenario } from '../support/scenario.ts';

const OPERATION = 'operations/restart-web.yaml';

/** A window that began two minutes ago and ends so many seconds from now, or a part of a second later. */
function windowFor(seconds: number, kind: 'allow' | 'deny'): { window: object; endsAt: number } {
  const begun = new Date(Math.floor(Date.now() / 60_000 - 2) * 60_000);
  const length = Math.ceil((Date.now() - begun.getTime()) / 1000) + seconds;
  const start = `${begun.getUTCMinutes()} ${begun.getUTCHours()} * * *`;
  return { window: { name: 'now', start, duration: `${length}s`, kind }, endsAt: begun.getTime() + length * 1000 };
}

describe('maintenance windows', () => {
  let scenario: Scenario;

  afterEach(async () => {
    await scenario.stop();
  });

  it('hold an operation, say so in plan and status, and let it go by themselves', async () => {
    scenario = await startScenario({ clusters: { web: 2 } });
    scenario.start();
    await scenario.untilHosts(scenario.hosts('web'), 'active');
    const pushWindow = (window: object): Promise<string> => {
      const cluster = clusterDocument('web', { windows: [window] });
      const files = { 'clusters/web/cluster.yaml': cluster, [OPERATION]: restartDocument('restart-web', 'web') };
      return scenario.repo.push(files, 'a restart, not now');
    };
    await pushWindow(windowFor(3600, 'deny').window);

    const held = await scenario.untilStatus(OPERATION, ({ conditions }) => conditions?.[0]?.reason === 'WindowClosed');
    const plan = await cli(['plan', join(scenario.folder, 'git', 'clone'), '--config', scenario.configPath]);
    const { window, endsAt } = windowFor(8, 'deny');
    await pushWindow(window);
    const done = await scenario.untilPhase('restart-web', ['Succeeded', 'Failed'], 60_000);
    const downs = await scenario.events('down');

    expect(held.conditions![0]!.message).toMatch(/within the deny window `now` of cluster web; they open next at /);
    expect(plan.stdout).toContain('it would wait: within the deny window `now` of cluster web');
    expect(done.status).toBe('Succeeded');
    expect(downs.length).toBe(2);
    expect(Math.min(...downs.map(({ at }) => at))).toBeGreaterThanOrEqual(endsAt);
  });

  it('stay closed while the machine says that its clock is not synchronised', async () => {
    scenario = await startScenario({ clusters: { web: 1 } });
    const bin = join(scenario.folder, 'bin');
    mkdirSync(bin);
    writeFileSync(join(bin, 'timedatectl'), '#!/bin/sh\necho no\n');
    chmodSync(join(bin, 'timedatectl'), 0o755);
    scenario.start((path) => startDaemon(path, { env: { PATH: `${bin}:${process.env.PATH}` } }));
    await scenario.untilHosts(scenario.hosts('web'), 'active');

    const windows = [windowFor(3600, 'allow').window];
    await scenario.repo.push({ [OPERATION]: restartDocument('restart-web', 'web', { windows }) }, 'a restart');

    const held = await scenario.untilStatus(OPERATION, ({ conditions }) => conditions?.[0]?.reason !== 'Progressing');
    expect(held.conditions![0]).toMatchObject({ reason: 'ClockNotSynchronised' });
    await scenario.repo.push({ [OPERATION]: restartDocument('restart-web', 'web') }, 'without windows');
    expect((await scenario.untilPhase('restart-web', ['Succeeded', 'Failed'])).status).toBe('Succeeded');
  });
});
