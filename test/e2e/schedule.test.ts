import { afterEach, beforeEach, expect, it } from 'vitest';
import { cli } from '../support/cli.ts';
import { document } from '../support/documents.ts';
import { describeWith } from '../support/real-parts.ts';
import type { StatusFile } from '../support/repo.ts';
import { startScenario, type Scenario } from '../support/scenario.ts';

describeWith(['git'], 'a schedule', () => {
  let scenario: Scenario;

  beforeEach(async () => {
    scenario = await startScenario({ clusters: { web: 2 } });
    scenario.start();
    await scenario.untilHosts(scenario.hosts('web'), 'active');
  });
  afterEach(() => scenario.stop());

  it('starts its operation at its time, under a name with the date, and that is rolled out as any other', async () => {
    const schedule = {
      when: { start: '* * * * *' },
      operation: { type: 'run', target: { cluster: 'web' }, script: 'true' },
    };
    await scenario.repo.push(
      { 'schedules/minutely.yaml': document('OperationSchedule', 'minutely', schedule) },
      'schedule',
    );

    const waits = await scenario.untilStatus('operation-schedules/minutely.yaml', ({ detail }) => detail?.next);
    expect(Date.parse(waits.detail.next) - Date.now()).toBeLessThanOrEqual(60_000);
    // In CI the minute is not waited for: SCHEDULE_WAITS=1 does.
    if (process.env.CI && !process.env.SCHEDULE_WAITS) return;
    const started = await scenario.untilStatus(
      'operation-schedules/minutely.yaml',
      ({ detail }) => detail?.last,
      100_000,
    );

    const { last } = started.detail as { last: string };
    expect(last).toMatch(/^minutely-\d{4}-\d\d-\d\d(-\d{4})?$/);
    const done = await scenario.untilPhase(last, ['Succeeded']);
    expect(done.detail.hosts).toMatchObject({ total: 2, succeeded: 2 });
    const shown = await cli(['get', 'schedules', '--config', scenario.configPath]);
    expect(shown.stdout).toMatch(new RegExp(`minutely .*scheduled .*last ${last}`));
  });

  it('starts its operation on the hosts that need a reboot, and on no others, whenever they do', async () => {
    const schedule = {
      when: { trigger: 'reboot-required' },
      operation: { type: 'restart', target: { cluster: 'web' }, timeout: '20s' },
    };
    await scenario.fleet.control.setFaults({ rebootRequired: true }, ['web-2']);
    const file = 'schedules/reboots.yaml';
    await scenario.repo.push({ [file]: document('OperationSchedule', 'reboots', schedule) }, 'schedule');

    const started = ({ detail }: StatusFile): boolean => detail?.last !== undefined;
    const { detail } = await scenario.untilStatus('operation-schedules/reboots.yaml', started, 60_000);
    const done = await scenario.untilPhase(detail.last, ['Succeeded'], 60_000);

    expect(detail.last).toMatch(/^reboots-\d{4}-\d\d-\d\d$/);
    expect(Object.keys(done.detail.outcomes)).toEqual(['web-2']);
    const boots = (await scenario.events('down')).map(({ host }) => host);
    expect(boots).toEqual(['web-2']);
  });
});
