import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { rebootsByHost } from '../../reconciler/demo/outages.ts';
import { cli } from '../support/cli.ts';
import type { CliResult } from '../support/cli.ts';
import { restartDocument } from '../support/documents.ts';
import { startEtcd } from '../support/etcd.ts';
import type { TestEtcd } from '../support/etcd.ts';
import { eventually } from '../support/eventually.ts';
import { preloadKiller } from '../support/preload-killer.ts';
import { describeWith } from '../support/real-parts.ts';
import { startScenario } from '../support/scenario.ts';
import type { Scenario } from '../support/scenario.ts';

/** In CI an import is killed at every third write; by hand, or with INTENDANT_LONG_TESTS=1, at each. */
const KILL_EVERY = process.env.CI && process.env.INTENDANT_LONG_TESTS !== '1' ? 3 : 1;
const CLUSTER = 'web';
/** One fleet, and one daemon on it at a time, for all of this file: tests are dear for the daemons that they start. */
let scenario: Scenario;

beforeAll(async () => {
  scenario = await startScenario({ clusters: { [CLUSTER]: 4 }, rebootMs: 300 });
  scenario.start();
  await scenario.untilHosts(scenario.hosts(CLUSTER), 'active');
});

afterAll(async () => {
  await scenario.stop();
});

function restart(name: string, spec: object = {}): Promise<string> {
  const document = restartDocument(name, CLUSTER, { rollout: { batches: 1 }, ...spec });
  return scenario.repo.push({ [`operations/${name}.yaml`]: document }, 'the operation');
}

/** How often each host was restarted since the fleet began. */
async function reboots(): Promise<number[]> {
  const counted = rebootsByHost(await scenario.fleet.records());
  return scenario.hosts(CLUSTER).map((host) => counted.get(host) ?? 0);
}

async function downs(): Promise<number> {
  return (await scenario.events('down')).length;
}

async function untilDowns(count: number): Promise<void> {
  await eventually(async () => (await downs()) >= count, { timeoutMs: 60_000 });
}

/** `intendant store …` on the daemon's configuration. */
function store(words: readonly string[], env: Record<string, string> = {}): Promise<CliResult> {
  return cli(['store', ...words, '--config', scenario.configPath], { env });
}

async function expectDone(words: readonly string[]): Promise<CliResult> {
  const done = await store(words);
  expect(done.stderr).not.toMatch(/rror/);
  expect(done.code).toBe(0);
  return done;
}

async function expectRefused(words: readonly string[], sentence: RegExp): Promise<void> {
  const refused = await store(words);
  expect(refused.stderr.replace(/\s+/g, ' ')).toMatch(sentence);
  expect(refused.stdout).toBe('');
  expect(refused.code).toBe(1);
}

async function untilProcessed(): Promise<void> {
  const commit = await scenario.repo.push({ 'NOTES.md': `${Date.now()}\n` }, 'a note');
  await scenario.untilStatus('fleet.yaml', ({ revision }) => revision?.accepted === commit);
}

describe('store export and import', () => {
  const file = (name = 'backup.jsonl'): string => join(scenario.folder, name);

  it('refuse what cannot be right, with a sentence, and change nothing', async () => {
    const live = await expectDone(['export', file()]);
    expect(live.stdout).toMatch(/Exported \d+ entries/);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    await Promise.all([
      expectRefused(['export', file()], /is there already.*--force/),
      expectRefused(['import', file()], /in use by process|A daemon holds the fleet/),
    ]);

    await scenario.daemon.kill();
    await expectDone(['export', file(), '--force']);
    const text = readFileSync(file(), 'utf8');
    const discard = (name: string, content: string): string[] => {
      writeFileSync(file(name), content);
      return ['import', file(name), '--discard-current-state'];
    };
    const newer = text.replace('"format":1,', '"format":2,').replace(/"version":"[^"]+"/, '"version":"9.9.9"');
    await Promise.all([
      expectRefused(['import', file()], /is not empty.*--discard-current-state/),
      expectRefused(discard('cut', text.slice(0, -1)), /is cut off after \d+ entries/),
      expectRefused(
        discard('other', text.replace('"fleet":"test"', '"fleet":"prod"')),
        /the fleet "prod", and this one is "test"/,
      ),
      expectRefused(
        discard('newer', newer),
        /store format 2, written by version 9\.9\.9; this is version \d+\.\d+\.\d+, which reads up to store format 1/,
      ),
      expectRefused(discard('damaged', text.replace('"active"', '"failed"')), /its checksum differs/),
    ]);

    const json = await expectDone(['import', file(), '--discard-current-state', '-o', 'json']);
    expect(JSON.parse(json.stdout)).toMatchObject({ kind: 'StoreImport', fleet: 'test', discarded: true });
    expect(await reboots()).toEqual([0, 0, 0, 0]);
  });

  it('killed at any write of an import, the store is what it was, or refused with what to type, or whole', async () => {
    const before = await reboots();
    await scenario.daemon.kill();
    await expectDone(['export', file('whole.jsonl')]);
    const killed = preloadKiller(scenario.folder);

    const seen: string[] = [];
    for (let nth = 1; seen.at(-1) !== 'imported'; nth += KILL_EVERY) {
      const done = await store(['import', file('whole.jsonl'), '--discard-current-state'], killed(nth)).catch(
        () => undefined,
      );
      if (done?.code === 0) {
        seen.push('imported');
        continue;
      }
      const start = await cli(['run', '--once', '--config', scenario.configPath]);
      if (start.code === 0) seen.push('whole');
      else {
        expect(start.stderr).toMatch(/store import.* was cut off while it rewrote the store/);
        expect(start.stderr).toMatch(/intendant store import FILE/);
        seen.push('refused');
      }
    }

    expect(seen.join(' ')).toMatch(/^whole (whole )*refused (refused )*(whole )*imported$/);
    scenario.start();
    await untilProcessed();
    expect(await reboots()).toEqual(before);
  });

  it('an older backup, from the middle of an operation: nothing is done before it is adopted, and nothing twice after', async () => {
    const [first = 0] = await reboots();
    const began = await downs();
    await restart('older', { rollout: { batches: 1, pauseAfter: 1 } });
    await scenario.untilPhase('older', ['Suspended']);
    await expectDone(['export', file('older.jsonl')]);
    await restart('older');
    await untilDowns(began + 3);
    await scenario.untilStatus(
      'operations/older.yaml',
      ({ detail }) => (detail.hosts as { succeeded: number }).succeeded >= 2,
    );
    await scenario.daemon.kill('SIGKILL');

    const imported = await expectDone(['import', file('older.jsonl'), '--discard-current-state']);

    expect(imported.stdout).toContain('intendant store adopt');
    const before = await reboots();
    const tip = await scenario.repo.git('rev-parse', `refs/heads/${scenario.repo.statusBranch}`);
    const held = scenario.start();
    await held.waitFor(/the store and the status branch do not belong together/, 60_000);
    const shown = await eventually(
      async () => {
        const answer = await cli(['status', '--config', scenario.configPath, '--from', 'socket']);
        return answer.stdout.includes('StoreLost') ? answer : undefined;
      },
      { timeoutMs: 60_000 },
    );
    expect(shown.stdout).toContain('a copy from before');
    expect(shown.stdout).toContain('intendant store adopt --config');
    expect(await reboots()).toEqual(before);
    expect(await scenario.repo.git('rev-parse', `refs/heads/${scenario.repo.statusBranch}`)).toBe(tip);
    await held.kill();

    await expectDone(['adopt']);
    scenario.start();
    const waits = await scenario.untilPhase('older', ['Suspended']);
    expect(waits.conditions?.find(({ type }) => type === 'Suspended')?.message).toContain('set spec.suspend to false');
    await untilProcessed();
    expect(await reboots()).toEqual(before);
    expect([...(await scenario.repo.hostStatuses()).keys()].sort()).toEqual(scenario.hosts(CLUSTER));
    await restart('older', { suspend: false });
    expect((await scenario.untilPhase('older', ['Succeeded', 'Failed'])).status).toBe('Succeeded');
    expect(await reboots()).toEqual(Array(4).fill(first + 1));
  });
});

describeWith(['etcd'], 'a fleet that moves', () => {
  let etcd: TestEtcd;

  beforeEach(async () => {
    etcd = await startEtcd();
  });
  afterEach(async () => {
    await scenario.daemon.kill();
    await etcd.stop();
  });

  /** Says in the configuration where the store is: in etcd, or embedded. */
  function settle(endpoint: string | undefined): void {
    const { store: _, ...config } = parse(readFileSync(scenario.configPath, 'utf8')) as Record<string, unknown>;
    writeFileSync(
      scenario.configPath,
      stringify({ ...config, ...(endpoint !== undefined && { store: { etcd: { endpoints: [endpoint] } } }) }),
    );
  }

  it('from the embedded store to etcd and back, in the middle of an operation, goes on with it', async () => {
    const file = join(scenario.folder, 'moving.jsonl');
    const [first = 0] = await reboots();
    const began = await downs();
    await restart('moving');
    await untilDowns(began + 1);
    await scenario.daemon.kill('SIGKILL');
    await expectDone(['export', file]);
    settle(etcd.endpoint);
    await expectDone(['import', file]);

    scenario.start();
    await untilDowns(began + 2);
    const beside = join(scenario.folder, 'beside.jsonl');
    await Promise.all([
      expectRefused(['import', file, '--discard-current-state'], /A daemon holds the fleet|in use/),
      expectDone(['export', beside]),
    ]);
    await scenario.daemon.kill();
    await expectDone(['export', file, '--force']);
    settle(undefined);
    await expectRefused(['import', file], /is not empty/);
    await expectDone(['import', file, '--discard-current-state']);

    scenario.start();
    expect((await scenario.untilPhase('moving', ['Succeeded', 'Failed'])).status).toBe('Succeeded');
    expect(await reboots()).toEqual(Array(4).fill(first + 1));
    expect(JSON.parse(readFileSync(beside, 'utf8').split('\n')[0]!)).toMatchObject({ fleet: 'test', format: 1 });
  });
});
