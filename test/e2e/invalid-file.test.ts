import { afterEach, describe, expect, it } from 'vitest';
import { hostDocument, restartDocument } from '../support/documents.ts';
import { startScenario } from '../support/scenario.ts';
import type { Scenario } from '../support/scenario.ts';

describe('an invalid document', () => {
  let scenario: Scenario;

  afterEach(async () => {
    await scenario.stop();
  });

  it('holds its cluster at the last good revision while another advances, and goes on once it is mended', async () => {
    scenario = await startScenario({ clusters: { web: 2, db: 2 } });
    const { repo } = scenario;
    scenario.start();
    await scenario.untilHosts([...scenario.hosts('web'), ...scenario.hosts('db')], 'active');
    const good = (await repo.status('fleet.yaml'))?.revision.accepted as string;

    const path = 'clusters/web/hosts/web-1.yaml';
    const document = hostDocument('web-1', '10.0.0.0', 'web');
    const bad = await repo.push(
      {
        [path]: document.replace('address:', 'adress:'),
        'operations/restart-web.yaml': restartDocument('restart-web', 'web'),
        'operations/restart-db.yaml': restartDocument('restart-db', 'db'),
      },
      'restart both, with a slip of the pen',
    );

    expect((await scenario.untilPhase('restart-db', ['Succeeded', 'Failed'])).status).toBe('Succeeded');
    const found = await scenario.untilStatus('diagnostics.yaml', (file) => file.total > 0);
    const wrong = found.diagnostics.find((each: { code: string }) => each.code === 'unknown-field');
    expect(wrong).toMatchObject({ severity: 'error', file: path, cluster: 'web', key: 'Host/web-1' });
    expect(wrong.line).toBe(document.split('\n').findIndex((line) => line.includes('address:')) + 1);
    expect(wrong.message).toContain('did you mean');
    const fleet = await scenario.untilStatus('fleet.yaml', ({ revision }) => revision?.accepted === bad);
    expect(fleet.held).toEqual({ web: good });
    const down = await scenario.events('down');
    expect(down.map(({ host }) => host).sort()).toEqual(scenario.hosts('db'));

    await repo.push({ [path]: document }, 'mend it');

    expect((await scenario.untilPhase('restart-web', ['Succeeded', 'Failed'])).status).toBe('Succeeded');
    await scenario.untilStatus('diagnostics.yaml', ({ total }) => total === 0);
    expect(await scenario.events('down')).toHaveLength(4);
  });
});
