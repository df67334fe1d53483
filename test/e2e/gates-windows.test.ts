import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { cli, startDaemon } from '../support/cli.ts';
import { clusterDocument, restartDocument } from '../support/documents.ts';
import { startScenario, type Scenario } from '../support/scenario.ts';

const OPERATION = 'operations/restart-web.yaml';

/** A window that began two minutes ago and ends so many seconds from now. */
function windowFor(seconds: number, kind: 'allow' | 'deny'): object {
  const begun = new Date(Math.floor(Date.now() / 60_000 - 2) * 60_000);
  const length = Math.round((Date.now() - begun.getTime()) / 1000) + seconds;
  const start = `${begun.getUTCMinutes()} ${begun.getUTCHours()} * * *`;
  return { name: 'now', start, duration: `${length}s`, kind };
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
    const windows = [windowFor(12, 'deny')];
    await scenario.repo.push(
      {
        'clusters/web/cluster.yaml': clusterDocument('web', { windows }),
        [OPERATION]: restartDocument('restart-web', 'web'),
      },
      'a restart, not now',
    );

    const held = await scenario.untilStatus(OPERATION, ({ conditions }) => conditions?.[0]?.reason === 'WindowClosed');
    const plan = await cli(['plan', join(scenario.folder, 'git', 'clone'), '--config', scenario.configPath]);
    const downs = await scenario.events('down');
    const done = await scenario.untilPhase('restart-web', ['Succeeded', 'Failed'], 60_000);

    expect(held.conditions![0]!.message).toMatch(/within the deny window `now` of cluster web; they open next at /);
    expect(plan.stdout).toContain('it would wait: within the deny window `now` of cluster web');
    expect(downs).toEqual([]);
    expect(done.status).toBe('Succeeded');
  });

  it('stay closed while the machine says that its clock is not synchronised', async () => {
    scenario = await startScenario({ clusters: { web: 1 } });
    const bin = join(scenario.folder, 'bin');
    mkdirSync(bin);
    writeFileSync(join(bin, 'timedatectl'), '#!/bin/sh\necho no\n');
    chmodSync(join(bin, 'timedatectl'), 0o755);
    scenario.start((path) => startDaemon(path, { env: { PATH: `${bin}:${process.env.PATH}` } }));
    await scenario.untilHosts(scenario.hosts('web'), 'active');

    const windows = [windowFor(3600, 'allow')];
    await scenario.repo.push({ [OPERATION]: restartDocument('restart-web', 'web', { windows }) }, 'a restart');

    const held = await scenario.untilStatus(OPERATION, ({ conditions }) => conditions?.[0]?.reason !== 'Progressing');
    expect(held.conditions![0]).toMatchObject({ reason: 'ClockNotSynchronised' });
    await scenario.repo.push({ [OPERATION]: restartDocument('restart-web', 'web') }, 'without windows');
    expect((await scenario.untilPhase('restart-web', ['Succeeded', 'Failed'])).status).toBe('Succeeded');
  });
});
