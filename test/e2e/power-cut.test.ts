import { readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { restartDocument } from '../support/documents.ts';
import { startScenario } from '../support/scenario.ts';
import type { Scenario } from '../support/scenario.ts';

/** Files below a folder, without sockets. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** What a disk may hold after the power went: the length without the content. */
function zero(file: string): void {
  writeFileSync(file, Buffer.alloc(statSync(file).size));
}

function halve(file: string): void {
  truncateSync(file, Math.floor(statSync(file).size / 2));
}

function empty(file: string): void {
  truncateSync(file, 0);
}

describe("a power cut of the daemon's machine", () => {
  let scenario: Scenario;
  let state: string;

  beforeEach(async () => {
    scenario = await startScenario({ clusters: { web: 2 } });
    state = join(scenario.folder, 'daemon', 'state');
    scenario.start();
    await scenario.untilHosts(scenario.hosts('web'), 'active');
    await scenario.repo.push({ 'operations/one.yaml': restartDocument('one', 'web') }, 'restart');
    await scenario.untilPhase('one', ['Succeeded']);
    await scenario.daemon.kill('SIGKILL');
  });

  afterEach(async () => {
    await scenario.stop();
  });

  it.each([
    ['zeros', zero],
    ['half of what they held', halve],
    ['nothing', empty],
  ])(
    'leaves %s in the files of clones and caches: they are made anew, and nothing is done twice',
    async (_what, damage) => {
      const derived = filesBelow(state).filter((file) => !file.startsWith(join(state, 'store')));

      derived.forEach(damage);
      scenario.start();
      await scenario.repo.push({ 'operations/two.yaml': restartDocument('two', 'web') }, 'restart once more');

      expect(derived.length).toBeGreaterThan(3);
      expect((await scenario.untilPhase('two', ['Succeeded', 'Failed'])).status).toBe('Succeeded');
      expect(await scenario.events('down')).toHaveLength(4);
    },
  );

  it('leaves a store that cannot be read: the daemon says so, names the way out and does nothing', async () => {
    const damaged = filesBelow(join(state, 'store')).filter((file) => /MANIFEST|CURRENT/.test(file));

    damaged.forEach(zero);
    const daemon = scenario.start();
    await daemon.gone;

    expect(damaged.length).toBeGreaterThan(0);
    expect(daemon.log()).toMatch(/store import[^]*store adopt[^]*STORE_CORRUPT/);
    expect(daemon.log()).not.toMatch(/^\s+at /m);
    expect(await scenario.events('down')).toHaveLength(2);
    expect(readFileSync(damaged[0]!).every((byte) => byte === 0)).toBe(true);
  });
});
