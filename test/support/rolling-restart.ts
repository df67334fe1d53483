import { expect } from 'vitest';
import { mostDownAtOnce, outages, rebootsByHost } from '../../reconciler/demo/outages.ts';
import { restartDocument } from './documents.ts';
import { eventually } from './eventually.ts';
import type { Scenario } from './scenario.ts';

/** Pushes a restart of the cluster `web`, one host after the other, and waits until `begun` hosts have gone down for it. */
export async function beginRestart(scenario: Scenario, begun = 2): Promise<void> {
  const restart = restartDocument('restart-web', 'web', { rollout: { batches: 1 } });
  await scenario.repo.push({ 'operations/restart-web.yaml': restart }, 'restart');
  await untilDown(scenario, begun);
}

/** Waits until so many hosts have gone down. */
export async function untilDown(scenario: Scenario, count: number, timeoutMs = 60_000): Promise<void> {
  await eventually(async () => (await scenario.events('down')).length >= count, { timeoutMs });
}

/** Waits until the restart has succeeded, and holds it to the hosts' own record: each once, one at a time. */
export async function expectRestartedOnce(scenario: Scenario, timeoutMs = 90_000): Promise<void> {
  const done = await scenario.untilPhase('restart-web', ['Succeeded', 'Failed', 'Suspended'], timeoutMs);
  expect(done.status).toBe('Succeeded');
  const record = await scenario.fleet.records();
  expect(Object.fromEntries(rebootsByHost(record))).toEqual(
    Object.fromEntries(scenario.hosts('web').map((host) => [host, 1])),
  );
  const started = (await scenario.events('started')).map(({ host }) => host);
  expect(started.sort()).toEqual(scenario.hosts('web').sort());
  expect(mostDownAtOnce(outages(record))).toBe(1);
}
