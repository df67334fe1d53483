import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { document } from '../support/documents.ts';
import { startScenario } from '../support/scenario.ts';
import type { Scenario } from '../support/scenario.ts';

const HOSTS = 50;
/** In CI only the facts; all of it by hand, or with INTENDANT_LONG_TESTS=1. */
const SHORT = process.env.CI === 'true' && process.env.INTENDANT_LONG_TESTS !== '1';
/**
 * What fifty hosts that never stop printing may add to the daemon, in MiB. One may be sent 1 MiB more than is kept before it
 * is cut off; kept whole, the gigabytes that they print meanwhile would be twenty times this.
 */
const BOUND_MIB = 200;

describe('fifty hosts that never stop printing', () => {
  let scenario: Scenario;
  let watch: NodeJS.Timeout;

  afterEach(async () => {
    clearInterval(watch);
    await scenario.stop();
  });

  it('cost the daemon little memory, whatever it asks of them', async () => {
    scenario = await startScenario({
      clusters: { web: HOSTS },
      fleetSpec: { checks: { interval: '3s', failAfter: 2, timeout: '10s' }, retryInterval: '1s' },
    });
    const { fleet, repo } = scenario;
    scenario.start();
    await scenario.untilHosts(scenario.hosts('web'), 'active', 60_000);
    const before = residentMiB(scenario.daemon.pid);
    let most = before;
    watch = setInterval(() => (most = Math.max(most, residentMiB(scenario.daemon.pid))), 50);

    await fleet.control.setFaults({ endlessOutput: { verb: 'facts' } });
    await scenario.daemon.waitFor(/most hosts vanished/, 60_000);
    await fleet.control.setFaults({ endlessOutput: undefined });
    await scenario.untilHosts(scenario.hosts('web'), 'active', 60_000);
    const inFacts = most - before;
    if (SHORT) return expect(inFacts).toBeLessThan(BOUND_MIB);

    await fleet.control.setFaults({ endlessOutput: { verb: 'check' } });
    await repo.push({
      'operations/checked.yaml': run('checked', { checks: { before: [{ command: ['true'], timeout: '20s' }] } }),
    });
    const checked = await scenario.untilPhase('checked', ['Failed', 'Succeeded'], 90_000);
    const inChecks = most - before;

    await fleet.control.setFaults({ endlessOutput: { verb: 'step-start' } });
    await repo.push({ 'operations/scripts.yaml': run('scripts', { timeout: '5s' }) });
    const scripts = await scenario.untilPhase('scripts', ['Failed', 'Succeeded'], 90_000);
    const inScripts = most - before;

    console.info(
      `over ${before.toFixed(0)} MiB: ${[inFacts, inChecks, inScripts].map((n) => n.toFixed(0)).join(', ')}`,
    );
    expect(checked.detail.hosts).toMatchObject({ failed: HOSTS });
    expect(checked.detail.outcomes['web-7']).toMatchObject({
      reason: 'CheckBeforeFailed',
      message: expect.stringContaining('did not stop'),
    });
    expect(scripts.detail.hosts).toMatchObject({ failed: HOSTS });
    expect(scripts.detail.outcomes['web-7']).toMatchObject({ reason: 'OutcomeUnknown' });
    expect({ before, inFacts, inChecks, inScripts }).toSatisfy(() => most - before < BOUND_MIB);
  });
});

function run(name: string, spec: object = {}): string {
  return document('Operation', name, {
    type: 'run',
    target: { cluster: 'web' },
    script: 'echo hello\n',
    timeout: '60s',
    rollout: { batches: '100%', maxUnavailable: HOSTS, maxFailures: HOSTS },
    ...spec,
  });
}

/** Resident memory of a process. */
function residentMiB(pid: number): number {
  const kB = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0';
  return Number(kB) / 1024;
}
