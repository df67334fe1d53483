import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cli, startDaemon } from '../support/cli.ts';
import { fleetDocument, restartDocument } from '../support/documents.ts';
import { startScenario } from '../support/scenario.ts';
import type { Scenario } from '../support/scenario.ts';

describe('how a run ends', () => {
  let scenario: Scenario;

  beforeEach(async () => {
    scenario = await startScenario({ clusters: { web: 1 }, rebootMs: 1500 });
  });
  afterEach(async () => {
    await scenario.stop();
  });

  it.each([
    ['a rejection that nothing waits for', "Promise.reject(new Error('nobody waits for this'))"],
    ['an exception that nothing catches', "throw new Error('nobody waits for this')"],
  ])(
    'by %s: with a sentence, the stack in the log, exit 70, and the work goes on at the next start',
    async (_what, code) => {
      const file = join(scenario.folder, 'sabotage.mjs');
      writeFileSync(file, `process.on('SIGUSR2', () => { ${code}; });\n`);
      const daemon = scenario.start((path) => startDaemon(path, { env: { NODE_OPTIONS: `--import=${file}` } }));
      await scenario.repo.push({ 'operations/restart-web.yaml': restartDocument('restart-web', 'web') }, 'restart');
      await daemon.waitFor(/revision accepted/);
      await scenario.untilHosts(['web-1'], 'active');

      process.kill(daemon.pid, 'SIGUSR2');
      await daemon.gone;

      expect(await daemon.kill('SIGCONT')).toBe(70);
      const line = daemon
        .log()
        .split('\n')
        .find((text) => text.includes('an unexpected failure ends the daemon'));
      expect(JSON.parse(line ?? '{}')).toMatchObject({
        level: 'error',
        reason: 'nobody waits for this',
        stack: expect.stringContaining('sabotage.mjs'),
      });
      expect(daemon.log()).not.toMatch(/^Node\.js v/m);
      scenario.start();
      expect((await scenario.untilPhase('restart-web', ['Succeeded', 'Failed'])).status).toBe('Succeeded');
      expect((await scenario.events('down')).length).toBe(1);
    },
  );

  it('with --once: a freeze that lasts is a result and not a wait', async () => {
    const until = new Date(Date.now() + 3600_000).toISOString();
    const freeze = { who: 'jo', why: 'the fair', until };
    await scenario.repo.push(
      {
        'fleet.yaml': fleetDocument('test', { freeze }),
        'operations/restart-web.yaml': restartDocument('restart-web', 'web'),
      },
      'restart in a freeze',
    );

    const ended = await cli(['run', '--once', '--config', scenario.configPath]);

    expect(ended.code).toBe(0);
    expect(ended.stdout).toContain('held by a freeze: Operation/restart-web');
    expect((await scenario.events('down')).length).toBe(0);
  });

  it('with --once: where the first look fails, that is the result', async () => {
    const { bare } = scenario.repo;
    renameSync(bare, `${bare}.away`);

    const ended = await cli(['run', '--once', '--config', scenario.configPath]);

    expect(ended.code).not.toBe(0);
    expect(ended.stderr).toMatch(/fleet\.git/);
    expect(await scenario.events('login')).toEqual([]);
  });
});
