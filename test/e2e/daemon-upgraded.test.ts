import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { startDaemon } from '../support/cli.ts';
import { expectAgreement, expectOnce, journalOf } from '../support/crash.ts';
import { restartDocument } from '../support/documents.ts';
import { eventually } from '../support/eventually.ts';
import { describeWith } from '../support/real-parts.ts';
import { startScenario } from '../support/scenario.ts';
import type { Scenario } from '../support/scenario.ts';

const ROOT = join(import.meta.dirname, '../..');
const SPEC = {
  restart: { rollout: { batches: 1 } },
  run: { type: 'run', script: '#!/bin/sh\nsleep 3\necho "hello"\n', rollout: { batches: '50%' }, timeout: '60s' },
};

let scenario: Scenario | undefined;

afterEach(async () => {
  await scenario?.stop();
  scenario = undefined;
});

describeWith(['git'], 'a daemon that a newer version follows in the middle of an operation', () => {
  it.each([
    { type: 'restart', signal: 'SIGKILL' },
    { type: 'run', signal: 'SIGTERM' },
  ] as const)('is carried on by it after $signal: each host has its $type once', async ({ type, signal }) => {
    scenario = await startScenario({ clusters: { web: 4 }, rebootMs: 1500 });
    const { repo, fleet } = scenario;
    const hosts = scenario.hosts('web');
    const bin = newerBuild(join(scenario.folder, 'newer'), '9.9.9');
    scenario.start();
    await scenario.untilHosts(hosts, 'active');
    const before = (await fleet.records()).length;
    await repo.push({ 'operations/go-on.yaml': restartDocument('go-on', 'web', SPEC[type]) }, 'go on');
    await eventually(async () => (await scenario!.events('started')).length === 2, { timeoutMs: 60_000 });

    await scenario.daemon.kill(signal);
    scenario.start((config) => startDaemon(config, { bin }));

    const done = await scenario.untilPhase('go-on', ['Succeeded', 'Failed'], 60_000);
    expectOnce(type, 'go-on', hosts, (await fleet.records()).slice(before));
    expectAgreement(done, await journalOf(join(scenario.folder, 'daemon'), 'go-on'), hosts);
    expect(scenario.daemon.log()).toMatch(/the store is brought to a newer format/);
    const status = await scenario.untilStatus('fleet.yaml', ({ version }) => version === '9.9.9');
    expect(status.version).toBe('9.9.9');

    // The way back is closed, with a sentence, and nothing was done.
    await scenario.daemon.kill();
    const acted = (await scenario.events('started')).length;
    const older = scenario.start();
    await older.gone;
    expect(older.log()).toMatch(
      /The store has format 2, written by version 9\.9\.9; this is version [^ ]+, which reads up to format 1/,
    );
    expect(await scenario.events('started')).toHaveLength(acted);
  });
});

/** A copy of this build that calls itself another version and has a format of the store of its own, with a way to it. */
function newerBuild(folder: string, version: string): string {
  mkdirSync(folder);
  cpSync(join(ROOT, 'dist'), join(folder, 'dist'), { recursive: true });
  for (const name of ['node_modules', 'schema', 'examples-repo']) symlinkSync(join(ROOT, name), join(folder, name));
  const described = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as object;
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ ...described, version }));
  const store = join(folder, 'dist/reconciler/store');
  replaceIn(join(store, 'keys.js'), 'export const STORE_FORMAT = 1;', 'export const STORE_FORMAT = 2;');
  replaceIn(
    join(store, 'migrate.js'),
    'export const MIGRATIONS = [];',
    `export const MIGRATIONS = [{
      from: 1,
      migrate: ({ key, value }) => (value?.format === 1 ? [{ put: key, value: { ...value, format: 2 } }] : []),
    }];`,
  );
  return join(folder, 'dist/cli/bin.js');
}

function replaceIn(path: string, from: string, to: string): void {
  const text = readFileSync(path, 'utf8');
  if (!text.includes(from)) throw new Error(`${path} does not say ${from}`);
  writeFileSync(path, text.replace(from, to));
}
