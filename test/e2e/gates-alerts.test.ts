import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { cli } from '../support/cli.ts';
import { clusterDocument, restartDocument } from '../support/documents.ts';
import { startScenario, type Scenario } from '../support/scenario.ts';

const OPERATION = 'operations/restart-web.yaml';

describe('an alert gate', () => {
  let scenario: Scenario;
  let result: object[] | undefined;
  const prometheus = createServer((_request, response) => {
    if (!result) response.writeHead(503).end('{"status":"error","errorType":"unavailable","error":"starting"}');
    else response.end(JSON.stringify({ status: 'success', data: { resultType: 'vector', result } }));
  });

  afterEach(async () => {
    prometheus.closeAllConnections();
    prometheus.close();
    await scenario.stop();
  });

  it('holds an operation while alerts fire or nobody can tell, and lets it go when they are over', async () => {
    await new Promise<void>((resolve) => prometheus.listen(0, '127.0.0.1', resolve));
    const alertGate = {
      url: `http://127.0.0.1:${(prometheus.address() as AddressInfo).port}`,
      query: 'ALERTS{alertstate="firing"}',
    };
    scenario = await startScenario({ clusters: { web: 1 } });
    scenario.start();
    await scenario.untilHosts(scenario.hosts('web'), 'active');
    await scenario.repo.push(
      {
        'clusters/web/cluster.yaml': clusterDocument('web', { alertGate }),
        [OPERATION]: restartDocument('restart-web', 'web'),
      },
      'a restart',
    );
    const reasonIs = (reason: string) =>
      scenario.untilStatus(OPERATION, ({ conditions }) => conditions?.[0]?.reason === reason);

    const unknown = await reasonIs('AlertsUnknown');
    result = [{ metric: { __name__: 'ALERTS', alertname: 'DiskFull' }, value: [1, '1'] }];
    const firing = await reasonIs('AlertsFiring');
    const plan = await cli(['plan', join(scenario.folder, 'git', 'clone'), '--config', scenario.configPath]);
    const downs = await scenario.events('down');
    result = [];
    const done = await scenario.untilPhase('restart-web', ['Succeeded', 'Failed'], 60_000);

    expect(unknown.conditions![0]!.message).toContain('it answered 503, unavailable: starting');
    expect(firing.conditions![0]!.message).toContain('alerts keep the alert gate of cluster web closed: DiskFull');
    expect(plan.stdout).toContain('it waits while the alert gate of cluster web finds anything');
    expect(downs).toEqual([]);
    expect(done.status).toBe('Succeeded');
  });
});
