import { execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { cli } from '../support/cli.ts';
import { boundariesOf, crashAt, expectAgreement, expectOnce, journalOf, startCrashDaemon } from '../support/crash.ts';
import type { Boundary } from '../support/crash.ts';
import type { CrashPlan } from '../support/crashing-store.ts';
import { restartDocument } from '../support/documents.ts';
import { startEtcd } from '../support/etcd.ts';
import { eventually } from '../support/eventually.ts';
import { describeWith } from '../support/real-parts.ts';
import { startScenario } from '../support/scenario.ts';
import type { Scenario } from '../support/scenario.ts';

/*
 * The daemon is killed at every durable write of an operation's journal in turn, once right before and once right after it,
 * and started again. One operation each, on a fleet of simulated hosts that goes on living. With CRASH_EVERY=n only every
 * n-th boundary is taken (default: all of them; in CI every tenth).
 */

type Type = 'restart' | 'run';

const EVERY = Number(process.env.CRASH_EVERY ?? (process.env.CI ? 10 : 1));
const SPEC: Record<Type, object> = {
  restart: { rollout: { batches: '100%' } },
  run: {
    type: 'run',
    script: '#!/bin/sh\nsleep 0.2\necho "hello $1"\n',
    args: ['world'],
    rollout: { batches: '100%' },
  },
};

let scenario: Scenario | undefined;

afterEach(async () => {
  await scenario?.stop();
  scenario = undefined;
});

/** Pushes operations one after the other, each with a daemon that is to end itself in the middle of it, and proves each. */
async function crashThrough(type: Type, choose: (all: Boundary[]) => Boundary[], store?: object): Promise<number> {
  scenario = await startScenario({ clusters: { web: 3 }, rebootMs: 50, store });
  const { repo, fleet } = scenario;
  const hosts = scenario.hosts('web');
  const folder = dirname(scenario.configPath);
  const launch = (plan?: CrashPlan): unknown => scenario!.start((config) => startCrashDaemon(config, plan));
  const operation = (n: number): string => `${type}-${n}`;
  const push = async (n: number): Promise<number> => {
    const since = (await fleet.records()).length;
    const name = operation(n);
    await repo.push({ [`operations/${name}.yaml`]: restartDocument(name, 'web', SPEC[type]) }, name);
    return since;
  };
  const prove = async (n: number, since: number): Promise<void> => {
    const name = operation(n);
    const done = await scenario!.untilPhase(name, ['Succeeded', 'Failed'], 60_000);
    expectOnce(type, name, hosts, (await fleet.records()).slice(since));
    expectAgreement(done, await eventually(() => journalOf(folder, name)), hosts);
  };

  // Undisturbed, to learn what the journal of such an operation holds.
  const calm = scenario.start();
  await scenario.untilHosts(hosts, 'active');
  await prove(0, await push(0));
  const chosen = choose(boundariesOf(await journalOf(folder, operation(0))));
  await calm.kill();

  launch(crashAt(chosen[0]!, operation(1)));
  for (const [index, boundary] of chosen.entries()) {
    const since = await push(index + 1);
    const { daemon } = scenario;
    const said = await eventually(() => Promise.race([daemon.gone, pause()]), { timeoutMs: 30_000 }).catch(
      (error: unknown) => {
        throw new Error(`never at ${JSON.stringify(boundary)}:\n${daemon.log().slice(-3000)}`, { cause: error });
      },
    );
    expect(said, JSON.stringify(boundary)).toBe('SIGKILL');
    const next = chosen[index + 1];
    launch(next && crashAt(next, operation(index + 2)));
    await prove(index + 1, since).catch((error: unknown) => {
      throw new Error(`after a crash at ${JSON.stringify(boundary)}: ${String(error)}`, { cause: error });
    });
  }

  const clone = join(scenario.folder, 'of-a-colleague');
  execFileSync('git', ['clone', '--quiet', repo.bare, clone]);
  const plan = await cli(['plan', '--state', join(folder, 'state'), '--detailed-exitcode'], { cwd: clone });
  expect([plan.code, plan.stdout]).toEqual([0, expect.stringContaining('No changes')]);
  return chosen.length;
}

/** Undefined, a little later: `eventually` asks again. */
function pause(): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), 50));
}

const all = (boundaries: Boundary[]): Boundary[] => boundaries.filter((_, index) => index % EVERY === 0);

/** Where it matters most: the act is intended and not begun, begun and not known, known; and the host is given back. */
function fourChosen(boundaries: Boundary[]): Boundary[] {
  const at = (step: RegExp, state: Boundary['state'], when: Boundary['when']): Boundary =>
    boundaries.find((one) => step.test(one.step) && one.state === state && one.when === when)!;
  return [
    at(/web-1\/.*-(reboot|run)$/, 'intent', 'after'),
    at(/web-2\/.*-(reboot|run)$/, 'outcome', 'before'),
    at(/web-3\/.*-(reboot|run)$/, 'outcome', 'after'),
    at(/web-2\/.*-verdict$/, 'outcome', 'before'),
  ];
}

describeWith(['git'], 'a daemon with the embedded store that is killed at every boundary of the journal', () => {
  it('restarts every host exactly once', async () => {
    const crashes = await crashThrough('restart', all);

    // Three hosts, three steps with intent and outcome, a verdict; before and after.
    if (EVERY === 1) expect(crashes).toBe(3 * (3 * 2 + 1) * 2);
  }, 1_800_000);

  it('runs a script exactly once on every host', async () => {
    const crashes = await crashThrough('run', all);

    if (EVERY === 1) expect(crashes).toBe(3 * (2 * 2 + 1) * 2);
  }, 1_800_000);
});

describeWith(['git', 'etcd'], 'a daemon with its state in etcd that is killed at four chosen boundaries', () => {
  it.each(['restart', 'run'] as const)('does each %s exactly once on every host', async (type) => {
    const etcd = await startEtcd();
    try {
      const crashes = await crashThrough(type, fourChosen, { etcd: { endpoints: [etcd.endpoint] } });

      expect(crashes).toBe(4);
    } finally {
      await scenario?.stop();
      scenario = undefined;
      await etcd.stop();
    }
  });
});
