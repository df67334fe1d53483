import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mostDownAtOnce, outages, rebootsByHost } from '../../reconciler/demo/outages.ts';
import { restartDocument } from '../support/documents.ts';
import { eventually } from '../support/eventually.ts';
import { holdDown } from '../support/hold-down.ts';
import { startScenario } from '../support/scenario.ts';
import type { Scenario } from '../support/scenario.ts';

const HOSTS = Array.from({ length: 20 }, (_, index) => `web-${index + 1}`).sort();
/** Canaries of 1 and 5 hosts, then a quarter at a time. */
const BATCHES = [1, 5, 5, 5, 4].reduce<string[][]>((batches, size) => {
  const at = batches.flat().length;
  return [...batches, HOSTS.slice(at, at + size)];
}, []);
const SICK = BATCHES[2]![1]!;
/** Held down while something else is to happen in the middle of the second batch. */
const HELD = BATCHES[1]![0]!;

describe('a rolling restart of 20 hosts with canaries of 1, 5 and 25%', () => {
  let scenario: Scenario;

  beforeAll(async () => {
    scenario = await startScenario({ clusters: { web: 20 }, rebootMs: 500 });
    scenario.start();
    await scenario.untilHosts(HOSTS, 'active');
  }, 90_000);

  afterAll(async () => {
    await scenario.stop();
  });

  function change(name: string, spec: object, rollout: object = {}): Promise<string> {
    const whole = { rollout: { batches: [1, 5, '25%'], ...rollout }, timeout: '20s', ...spec };
    return scenario.repo.push({ [`operations/${name}.yaml`]: restartDocument(name, 'web', whole) }, name);
  }

  /** The hosts that were restarted, in order. */
  async function restarted(): Promise<string[]> {
    return (await scenario.events('down')).map(({ host }) => host);
  }

  /** Waits until a host goes down, not counting the first `before` that did. */
  async function untilDown(host: string, before = 0): Promise<void> {
    await eventually(async () => (await restarted()).slice(before).includes(host), { timeoutMs: 60_000 });
  }

  async function untilAccepted(commit: string): Promise<void> {
    await scenario.untilStatus('fleet.yaml', ({ revision }) => revision?.accepted === commit);
  }

  /** A commit that changes nothing is accepted: the daemon has looked at everything once more. */
  async function untilProcessed(): Promise<void> {
    await untilAccepted(await scenario.repo.push({ 'NOTES.md': `${Date.now()}\n` }, 'a note'));
  }

  it('pauses after the canary, is suspended and resumed, stops at a host that fails, and goes on after a retry', async () => {
    await change('roll', {}, { pauseAfter: 1 });
    const paused = await scenario.untilPhase('roll', ['Suspended']);
    await untilProcessed();
    const afterCanary = await restarted();

    const release = await holdDown(scenario, HELD);
    await change('roll', {});
    await untilDown(HELD);
    await untilAccepted(await change('roll', { suspend: true }));
    await release();
    const suspended = await scenario.untilStatus(
      'operations/roll.yaml',
      ({ status, detail }) => status === 'Suspended' && detail.hosts.running === 0,
    );
    const whileSuspended = await restarted();
    await untilProcessed();
    const stillSuspended = await restarted();

    await scenario.fleet.control.setFaults({ neverComesBack: true }, [SICK]);
    await change('roll', { suspend: false });
    const failed = await scenario.untilPhase('roll', ['Failed', 'Succeeded'], 60_000);
    const untilFailure = await restarted();

    await scenario.fleet.control.setFaults({ neverComesBack: undefined }, [SICK]);
    await scenario.fleet.control.powerOn([SICK]);
    await scenario.untilHosts([SICK], 'active');
    await change('roll', { retry: 1 });
    const done = await scenario.untilStatus(
      'operations/roll.yaml',
      ({ status, detail }) => detail.round === 1 && ['Succeeded', 'Failed'].includes(status ?? ''),
      60_000,
    );

    expect(paused.detail.batches).toMatchObject({ total: 5 });
    expect(afterCanary).toEqual(BATCHES[0]);
    expect(suspended.detail.hosts.succeeded).toBe(whileSuspended.length);
    expect(stillSuspended).toEqual(whileSuspended);
    expect(failed.status).toBe('Failed');
    expect(failed.detail.outcomes[SICK]).toMatchObject({ result: 'failed', reason: 'NotBack' });
    expect([...untilFailure].sort()).toEqual(BATCHES.slice(0, 3).flat().sort());
    expect(done.status).toBe('Succeeded');
    expect(done.detail.hosts).toMatchObject({ total: 20, succeeded: 20 });
    const record = await scenario.fleet.records();
    expect(Object.fromEntries(rebootsByHost(record))).toEqual(
      Object.fromEntries(HOSTS.map((host) => [host, host === SICK ? 2 : 1])),
    );
    expect(mostDownAtOnce(outages(record))).toBeLessThanOrEqual(5);
    for (const [index, batch] of BATCHES.slice(0, 2).entries()) {
      const ups = outages(record).filter(({ host }) => batch.includes(host));
      const next = outages(record).filter(({ host }) => BATCHES[index + 1]!.includes(host));
      const firstOfNext = Math.min(...next.map(({ from }) => from));
      expect(Math.max(...ups.map(({ to }) => to!))).toBeLessThanOrEqual(firstOfNext);
    }
  }, 240_000);

  it('that is cancelled finishes the hosts in hand and begins no other', async () => {
    const before = (await restarted()).length;
    const release = await holdDown(scenario, HELD);
    await change('roll-again', {});
    await untilDown(HELD, before);

    await untilAccepted(await change('roll-again', { cancel: true }));
    await release();
    const done = await scenario.untilPhase('roll-again', ['Cancelled', 'Succeeded', 'Failed'], 60_000);
    await untilProcessed();

    const again = (await restarted()).slice(before);
    expect(again).toContain(HELD);
    expect(done.status).toBe('Cancelled');
    expect(done.detail.hosts).toMatchObject({ running: 0, failed: 0, succeeded: again.length });
    expect([...BATCHES[0]!, ...BATCHES[1]!]).toEqual(expect.arrayContaining(again));
  }, 120_000);
});
