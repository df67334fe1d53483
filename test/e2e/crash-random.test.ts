import { execFileSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { seededRandom } from '../../reconciler/demo/random.ts';
import { cli } from '../support/cli.ts';
import type { Daemon } from '../support/cli.ts';
import { drawRound } from '../support/random-operations.ts';
import type { DrawnRound } from '../support/random-operations.ts';
import { proveNoClaims, proveOperation, proveRecord } from '../support/prove-round.ts';
import { describeWith } from '../support/real-parts.ts';
import { startScenario } from '../support/scenario.ts';
import type { Scenario } from '../support/scenario.ts';

/*
 * SIGKILL at random moments while operations of all kinds are in hand. CRASH_KILLS says how often in all (the long form:
 * CRASH_KILLS=1000, about 40 minutes), CRASH_SEED repeats what was drawn; where in the program a kill falls differs each time.
 */
const KILLS = Number(process.env.CRASH_KILLS ?? 10);
const SEED = Number(process.env.CRASH_SEED ?? randomInt(1, 1_000_000));
/** Kills of one round of operations, after which they are left to be carried through. */
const KILLS_A_ROUND = 30;
/** A kill falls so long after the daemon has begun to act, in milliseconds, at most. */
const LATEST_KILL_MS = 1600;

let scenario: Scenario | undefined;
/** Daemons that were killed, in order. */
const starts: Daemon[] = [];

afterEach(async () => {
  await scenario?.stop();
  scenario = undefined;
});

describeWith(['git'], 'a daemon that is killed at random moments', () => {
  it(
    'completes every operation and acts exactly once on every host',
    async () => {
      const made = await startScenario({ clusters: { web: 4, db: 3, app: 2 }, rebootMs: 50 });
      scenario = made;
      const random = seededRandom(SEED);
      const clusters = new Map(['web', 'db', 'app'].map((cluster) => [cluster, made.hosts(cluster)]));
      const hosts = [...clusters.values()].flat();
      const tally = { kills: 0, rounds: 0, operations: 0, acts: 0, failed: 0 };
      made.start();
      await made.untilHosts(hosts, 'active');

      while (tally.kills < KILLS) {
        const round = drawRound(random, clusters, tally.rounds);
        const from = (await made.fleet.records()).length;
        const where = `seed ${SEED}, round ${tally.rounds}, ${tally.kills} kills before it`;
        await begin(made, round);
        const kills = await killOnAndOn(made, round, random, Math.min(KILLS_A_ROUND, KILLS - tally.kills));
        await prove(made, round, from).catch(async (error: unknown) => {
          throw new Error(`${where}: ${String(error)}; see ${await keepEvidence(made, from)}`, { cause: error });
        });
        const record = (await made.fleet.records()).slice(from);
        tally.kills += kills;
        tally.rounds += 1;
        tally.operations += round.operations.length;
        tally.acts += record.filter(({ event }) => event === 'started').length;
        tally.failed += (await phases(made, round)).filter((phase) => phase === 'Failed').length;
        if (tally.rounds % 10 === 0) console.log(`seed ${SEED}: ${JSON.stringify(tally)}`);
      }

      console.log(`seed ${SEED}: ${JSON.stringify(tally)}`);
      expect(tally.kills).toBe(KILLS);
    },
    60_000 + KILLS * 15_000,
  );
});

/** Pushes the operations, also to a daemon that is about to be killed. */
async function begin({ repo, fleet }: Scenario, { operations, faults }: DrawnRound): Promise<void> {
  for (const [host, fault] of faults) {
    const { failChecks, resetInCommand, slowMs, rebootDelayMs } = fault;
    await fleet.control.setFaults({ failChecks, resetInCommand, slowMs, rebootDelayMs }, [host]);
  }
  const files = operations.map(({ name, text }) => [`operations/${name}.yaml`, text] as const);
  await repo.push(Object.fromEntries(files), 'a round of operations');
}

/** Kills and starts again while something is in hand, at most so often; the last daemon lives. Answers how often. */
async function killOnAndOn(made: Scenario, round: DrawnRound, random: () => number, most: number): Promise<number> {
  let kills = 0;
  while (kills < most && !(await isOver(made, round))) {
    if (random() < 0.1) {
      // Anywhere in its start, before it is the daemon of the fleet.
      await delay(random() * 900);
    } else {
      await made.daemon.waitFor(/this is the daemon of the fleet/, 60_000);
      await delay(random() * LATEST_KILL_MS);
    }
    await made.daemon.kill('SIGKILL');
    kills += 1;
    starts.push(made.daemon);
    made.start();
  }
  return kills;
}

/** Everything that may explain a failure, in a file that stays. */
async function keepEvidence({ fleet, repo, daemon }: Scenario, from: number): Promise<string> {
  const path = join(tmpdir(), `crash-random-${SEED}-${process.pid}.json`);
  const log = await repo.git('log', '--format=%h %cI %s', '-30', repo.statusBranch);
  const evidence = {
    starts: starts.slice(-40).map((one) => one.log()),
    log,
    record: (await fleet.records()).slice(from),
  };
  writeFileSync(path, JSON.stringify({ ...evidence, last: daemon.log() }, null, 1));
  return path;
}

async function prove(made: Scenario, { operations }: DrawnRound, from: number): Promise<void> {
  const { configPath, fleet, folder, repo } = made;
  // All may have been over before the last start: it must be there to be asked.
  await made.daemon.waitFor(/this is the daemon of the fleet/, 60_000);
  for (const { name } of operations) await made.untilPhase(name, ['Succeeded', 'Failed'], 90_000);
  await made.untilHosts([...new Set(operations.flatMap(({ hosts }) => hosts))], 'active', 60_000);
  const record = (await fleet.records()).slice(from);
  proveRecord(operations, record);
  for (const operation of operations) {
    const status = (await repo.status(`operations/${operation.name}.yaml`))!;
    await proveOperation(operation, status, record, configPath);
  }
  await proveNoClaims(configPath);

  const clone = join(folder, `clone-${from}`);
  execFileSync('git', ['clone', '--quiet', repo.bare, clone]);
  const plan = await cli(['plan', '--state', join(dirname(configPath), 'state'), '--detailed-exitcode'], {
    cwd: clone,
  });
  rmSync(clone, { recursive: true });
  expect([plan.code, plan.stdout], plan.stderr).toEqual([0, expect.stringContaining('No changes')]);
}

function phases({ repo }: Scenario, { operations }: DrawnRound): Promise<(string | undefined)[]> {
  return Promise.all(operations.map(async ({ name }) => (await repo.status(`operations/${name}.yaml`))?.status));
}

async function isOver(made: Scenario, round: DrawnRound): Promise<boolean> {
  return (await phases(made, round)).every((phase) => phase === 'Succeeded' || phase === 'Failed');
}
