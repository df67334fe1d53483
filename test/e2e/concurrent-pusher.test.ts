import { afterEach, describe, expect, it } from 'vitest';
import { restartDocument } from '../support/documents.ts';
import { eventually } from '../support/eventually.ts';
import { startScenario } from '../support/scenario.ts';
import type { Scenario } from '../support/scenario.ts';

describe('somebody else who pushes to the same repository', () => {
  let scenario: Scenario;

  afterEach(async () => {
    await scenario.stop();
  });

  it('never loses a commit to ours, and ours arrive all the same', async () => {
    scenario = await startScenario({ clusters: { web: 4 } });
    const { repo } = scenario;
    scenario.start();
    await scenario.untilHosts(scenario.hosts('web'), 'active');
    const restart = restartDocument('restart-web', 'web', { rollout: { batches: 1 } });
    await repo.push({ 'operations/restart-web.yaml': restart }, 'restart');

    const theirs: string[] = [];
    for (let index = 0; index < 12; index += 1) {
      const path = `notes/${index}.txt`;
      // Their push, too, is refused when the branch moved in between: then they try again.
      theirs.push(await eventually(() => repo.pushAsSomebodyElse('intendant/status', path, `note ${index}\n`)));
      await eventually(async () => (await scenario.events('down')).length >= Math.min(4, Math.floor(index / 3)));
    }

    expect((await scenario.untilPhase('restart-web', ['Succeeded', 'Failed'])).status).toBe('Succeeded');
    const commits = new Set((await repo.statusCommits()).map(({ oid }) => oid));
    expect(theirs.filter((commit) => !commits.has(commit))).toEqual([]);
    const paths = await repo.statusPaths();
    expect(paths).toEqual(expect.arrayContaining(theirs.map((_, index) => `notes/${index}.txt`)));
    expect((await repo.git('log', '-g', '--format=%gs', 'refs/heads/main').catch(() => '')).includes('forced')).toBe(
      false,
    );
  });
});
