import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
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

const PATH = 'operations/restart-web.yaml';
let scenario: Scenario;
let file: string;

/** A fleet of four with the daemon on it, every host known. */
async function begin(store?: object): Promise<void> {
  scenario = await startScenario({ clusters: { web: 4 }, rebootMs: 500, ...(store && { store }) });
  file = join(scenario.folder, 'backup.jsonl');
  scenario.start();
  await scenario.untilHosts(scenario.hosts('web'), 'active');
}

function restart(spec: object = {}): Promise<string> {
  const document = restartDocument('restart-web', 'web', { rollout: { batches: 1 }, ...spec });
  return scenario.repo.push({ [PATH]: document }, 'the operation');
}

async function reboots(): Promise<number[]> {
  const counted = rebootsByHost(await scenario.fleet.records());
  return scenario.hosts('web').map((host) => counted.get(host) ?? 0);
}

async function untilDowns(count: number): Promise<void> {
  await eventually(async () => (await scenario.events('down')).length >= count, { timeoutMs: 30_000 });
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
  afterEach(async () => {
    await scenario.stop();
  });

  it('refuse what cannot be right, with a sentence, and change nothing', async () => {
    await begin();
    const live = await expectDone(['export', file]);
    expect(live.stdout).toMatch(/Exported \d+ entries/);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await expectRefused(['export', file], /is there already.*--force/);
    await expectRefused(['import', file], /in use by process|A daemon holds the fleet/);

    await scenario.daemon.kill();
    await expectDone(['export', file, '--force']);
    await expectRefused(['import', file], /is not empty.*--discard-current-state/);
    const discard = (name: string): string[] => ['import', join(scenario.folder, name), '--discard-current-state'];
    const text = readFileSync(file, 'utf8');
    const write = (name: string, content: string): void => writeFileSync(join(scenario.folder, name), content);
    copyFileSync(file, join(scenario.folder, 'cut'));
    truncateSync(join(scenario.folder, 'cut'), text.length - 1);
    write('other', text.replace('"fleet":"test"', '"fleet":"prod"'));
    write('newer', text.replace('"format":1,', '"format":2,').replace(/"version":"[^"]+"/, '"version":"9.9.9"'));
    write('damaged', text.replace('"active"', '"failed"'));
    await expectRefused(discard('cut'), /is cut off after \d+ entries/);
    await expectRefused(discard('other'), /the fleet "prod", and this one is "test"/);
    await expectRefused(
      discard('newer'),
      /store format 2, written by version 9\.9\.9; this is version \d+\.\d+\.\d+, which reads up to store format 1/,
    );
    await expectRefused(discard('damaged'), /its checksum differs/);

    const json = await expectDone(['import', file, '--discard-current-state', '-o', 'json']);
    expect(JSON.parse(json.stdout)).toMatchObject({ kind: 'StoreImport', fleet: 'test', discarded: true });
    scenario.start();
    await untilProcessed();
    expect(await reboots()).toEqual([0, 0, 0, 0]);
  });

  it('an older backup, from the middle of an operation: nothing is done before it is adopted, and nothing twice after', async () => {
    await begin();
    await restart();
    await untilDowns(1);
    await scenario.untilPhase('restart-web', ['Running']);
    await expectDone(['export', file]);
    await untilDowns(3);
    await scenario.untilStatus(PATH, ({ detail }) => (detail.hosts as { succeeded: number }).succeeded >= 2);
    await scenario.daemon.kill('SIGKILL');

    const imported = await expectDone(['import', file, '--discard-current-state']);

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
      { timeoutMs: 20_000 },
    );
    expect(shown.stdout).toContain('a copy from before');
    expect(shown.stdout).toContain('intendant store adopt --config');
    expect(await reboots()).toEqual(before);
    expect(await scenario.repo.git('rev-parse', `refs/heads/${scenario.repo.statusBranch}`)).toBe(tip);
    await held.kill();

    await expectDone(['adopt']);
    scenario.start();
    const waits = await scenario.untilPhase('restart-web', ['Suspended']);
    expect(waits.conditions?.find(({ type }) => type === 'Suspended')?.message).toContain('set spec.suspend to false');
    await untilProcessed();
    expect(await reboots()).toEqual(before);
    expect([...(await scenario.repo.hostStatuses()).keys()].sort()).toEqual(scenario.hosts('web'));
    await restart({ suspend: false });
    expect((await scenario.untilPhase('restart-web', ['Succeeded', 'Failed'])).status).toBe('Succeeded');
    expect(await reboots()).toEqual([1, 1, 1, 1]);
  });

  it('killed at any write of an import, the store is what it was, or refused with what to type, or whole', async () => {
    await begin();
    await scenario.daemon.kill();
    await expectDone(['export', file]);
    const killed = preloadKiller(scenario.folder);

    const seen: string[] = [];
    // By hand every write; in CI every second one.
    for (let nth = 1; seen.at(-1) !== 'imported'; nth += process.env.CI ? 2 : 1) {
      const done = await store(['import', file, '--discard-current-state'], killed(nth)).catch(() => undefined);
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
    expect(await reboots()).toEqual([0, 0, 0, 0]);
  });
});

describeWith(['etcd'], 'a fleet that moves', () => {
  let etcd: TestEtcd;

  beforeEach(async () => {
    etcd = await startEtcd();
  });
  afterEach(async () => {
    await scenario.stop();
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
    await begin();
    await restart();
    await untilDowns(1);
    await scenario.daemon.kill('SIGKILL');
    await expectDone(['export', file]);
    settle(etcd.endpoint);
    await expectDone(['import', file]);

    scenario.start();
    await untilDowns(2);
    await expectRefused(['import', file, '--discard-current-state'], /A daemon holds the fleet|in use/);
    const beside = join(scenario.folder, 'beside.jsonl');
    await expectDone(['export', beside]);
    await scenario.daemon.kill();
    await expectDone(['export', file, '--force']);
    settle(undefined);
    await expectRefused(['import', file], /is not empty/);
    await expectDone(['import', file, '--discard-current-state']);

    scenario.start();
    expect((await scenario.untilPhase('restart-web', ['Succeeded', 'Failed'])).status).toBe('Succeeded');
    expect(await reboots()).toEqual([1, 1, 1, 1]);
    expect(JSON.parse(readFileSync(beside, 'utf8').split('\n')[0]!)).toMatchObject({ fleet: 'test', format: 1 });
  });
});
