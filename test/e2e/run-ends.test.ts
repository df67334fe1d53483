import { appendFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cli, startDaemon } from '../support/cli.ts';
import { fleetDocument, restartDocument } from '../support/documents.ts';
import { eventually } from '../support/eventually.ts';
import { holdDown } from '../support/hold-down.ts';
import { TestRepo } from '../support/repo.ts';
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

  describe('with --once, where a look fails after a good one', () => {
    /** Begins a restart of the one host; once that is down, the config repository goes away until the run has ended. */
    async function runWhileAway(): Promise<Awaited<ReturnType<typeof cli>>> {
      const { repo, configPath } = scenario;
      const release = await holdDown(scenario, 'web-1');
      await repo.push({ 'operations/restart-web.yaml': restartDocument('restart-web', 'web') }, 'restart');
      let said = '';
      const onStderr = (text: string): void => void (said += text);
      const running = cli(['run', '--once', '--config', configPath], { onStderr });
      await eventually(async () => (await scenario.events('down')).length === 1, { timeoutMs: 60_000 });
      renameSync(repo.bare, `${repo.bare}.away`);
      await eventually(() => said.includes('the config repository could not be read'), { timeoutMs: 60_000 });
      await release();
      const ended = await running;
      renameSync(`${repo.bare}.away`, repo.bare);
      return ended;
    }

    it('the work in hand is brought to its end, and the result names the fleet that is not well', async () => {
      const status = await TestRepo.create(join(scenario.folder, 'status'));
      appendFileSync(scenario.configPath, `status:\n  url: ${status.bare}\n`);

      const ended = await runWhileAway();

      expect(ended.code).toBe(0);
      expect(ended.stdout).toMatch(/^Converged: \d+ objects changed, not well: Fleet\/test\.$/m);
      expect(ended.stderr).toMatch(/"msg":"the config repository could not be read"/);
      expect((await status.status('operations/restart-web.yaml'))?.status).toBe('Succeeded');
      const fleet = await status.status('fleets/test.yaml');
      expect(fleet?.conditions).toContainEqual(
        expect.objectContaining({ type: 'Ready', status: 'False', reason: 'SourceFailed' }),
      );
    });

    it('and the status cannot be told either, that is an error; the next run tells it and acts on no host again', async () => {
      const ended = await runWhileAway();
      const next = await cli(['run', '--once', '--config', scenario.configPath]);

      expect(ended.code).toBe(1);
      expect(ended.stdout).toBe('');
      expect(ended.stderr).toMatch(/^Error: There is no git repository at .*fleet\.git\.$/m);
      expect(next.code).toBe(0);
      expect(next.stdout).toMatch(/^Converged: \d+ objects changed\.$/m);
      expect((await scenario.repo.status('operations/restart-web.yaml'))?.status).toBe('Succeeded');
      expect((await scenario.events('down')).length).toBe(1);
    });
  });

  it('with --once: a branch that is not there is an error and not a fleet without hosts', async () => {
    const wrong = await cli(['run', '--once', '--config', scenario.configPath, '--branch', 'mian']);

    expect(wrong.code).toBe(1);
    expect(wrong.stderr).toContain('The config branch "mian" does not exist on the remote.');
    expect(wrong.stderr).toMatch(/Code: {2}BRANCH_MISSING/);
  });
});
