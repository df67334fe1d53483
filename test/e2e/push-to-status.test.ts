import { afterEach, describe, expect, it } from 'vitest';
import { mostDownAtOnce, outages, rebootsByHost } from '../../reconciler/demo/outages.ts';
import { hostDocument, restartDocument } from '../support/documents.ts';
import { startScenario } from '../support/scenario.ts';
import type { Scenario } from '../support/scenario.ts';

describe('a push becomes action and the outcome a commit', () => {
  let scenario: Scenario;

  afterEach(async () => {
    await scenario.stop();
  });

  it('looks at a pushed host and commits that it is active, with its facts', async () => {
    scenario = await startScenario({ clusters: { web: 2 } });
    const { repo } = scenario;
    const document = hostDocument('web-2', '10.0.0.1', 'web');
    await repo.push({ 'clusters/web/hosts/web-2.yaml': null }, 'only one host');
    scenario.start();
    await scenario.untilHosts(['web-1'], 'active');
    expect(await repo.hostStatus('web-2')).toBeUndefined();

    const commit = await repo.push({ 'clusters/web/hosts/web-2.yaml': document }, 'another host');

    await scenario.untilHosts(['web-1', 'web-2'], 'active');
    const status = await repo.hostStatus('web-2');
    const boots = await scenario.events('boot');
    expect(status?.detail.facts.bootId).toBe(boots.find(({ host }) => host === 'web-2')?.bootId);
    expect(status?.lastAppliedRevision).toBe(`main@sha1:${commit}`);
    const cluster = await scenario.untilStatus('clusters/web/cluster.yaml', (file) => file.status === 'ok');
    expect(cluster.conditions).toContainEqual(expect.objectContaining({ type: 'Ready', status: 'True' }));
    const commits = await repo.statusCommits();
    expect(commits[0]?.message).toContain(`Intendant-Revision: main@sha1:${commit}`);
    expect(commits.map(({ author }) => author)).not.toContain('Jo Operator');
    expect(await repo.statusText('README.md')).toContain('web');
  });

  it('restarts 200 hosts in batches of 1, 5 and a quarter, each exactly once', async () => {
    scenario = await startScenario({ clusters: { web: 200 } });
    const hosts = scenario.hosts('web');
    scenario.start();
    await scenario.untilHosts(hosts, 'active', 90_000);

    const restart = restartDocument('restart-web', 'web', { rollout: { batches: [1, 5, '25%'] }, timeout: '60s' });
    await scenario.repo.push({ 'operations/restart-web.yaml': restart }, 'restart them all');

    const done = await scenario.untilPhase('restart-web', ['Succeeded', 'Failed'], 120_000);
    expect(done.status).toBe('Succeeded');
    expect(done.detail.hosts).toMatchObject({ total: 200, succeeded: 200, failed: 0, skipped: 0 });
    const record = await scenario.fleet.records();
    expect([...rebootsByHost(record).values()]).toEqual(hosts.map(() => 1));
    const down = outages(record);
    expect(mostDownAtOnce(down.slice(0, 2))).toBe(1);
    expect(mostDownAtOnce(down.slice(0, 6))).toBeLessThanOrEqual(5);
    expect(Math.max(...down.slice(0, 6).map(({ to }) => to!))).toBeLessThanOrEqual(down[6]!.from);
    expect(mostDownAtOnce(down)).toBeLessThanOrEqual(50);
    expect(mostDownAtOnce(down)).toBeGreaterThan(5);
  });
});
