import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Json } from '../../reconciler/model/json.ts';
import { VERSION } from '../../reconciler/model/version.ts';
import { openEmbeddedStore } from '../../reconciler/store/embedded-store.ts';
import type { MetaRecord } from '../../reconciler/store/records.ts';
import type { StateStore } from '../../reconciler/store/state-store.ts';
import { cli, startDaemon } from '../support/cli.ts';
import { preloadKiller } from '../support/preload-killer.ts';
import { startScenario } from '../support/scenario.ts';
import type { Scenario } from '../support/scenario.ts';

/** More than fit one group of a migration, so that it can be cut off between two. */
const RELEASES = 250;

describe('the format of a store', () => {
  let scenario: Scenario;

  beforeEach(async () => {
    scenario = await startScenario({ clusters: { web: 2 } });
    scenario.start();
    await scenario.untilHosts(scenario.hosts('web'), 'active');
    await scenario.daemon.kill();
  });
  afterEach(async () => {
    await scenario.stop();
  });

  async function withStore<T>(work: (store: StateStore) => Promise<T>): Promise<T> {
    const store = await openEmbeddedStore({ folder: join(scenario.folder, 'daemon', 'state', 'store') });
    try {
      return await work(store);
    } finally {
      await store.close();
    }
  }

  async function everything(store: StateStore): Promise<Map<string, Json>> {
    const found = new Map<string, Json>();
    for await (const page of store.snapshot()) for (const { key, value } of page) found.set(key, value);
    return found;
  }

  it('newer than this program is refused by every command that opens it, in a sentence that names both versions', async () => {
    const meta = await withStore(async (store) => {
      const found = (await store.get('meta'))!.value as unknown as MetaRecord;
      const newer = { ...found, format: 2, version: '9.9.9' };
      await store.commit([{ put: 'meta', value: newer }]);
      return newer;
    });
    const before = (await scenario.events('command')).length;
    const file = join(scenario.folder, 'export.jsonl');

    const answers: string[] = [];
    for (const words of [
      ['run'],
      ['store', 'adopt'],
      ['store', 'export', file],
      ['halt'],
      ['status', '--from', 'store'],
    ]) {
      const { code, stderr } = await cli([...words, '--config', scenario.configPath]);
      answers.push(`${code} ${stderr.replace(/\s+/g, ' ')}`);
    }

    for (const answer of answers) {
      expect(answer).toMatch(/^1 /);
      expect(answer).toContain(
        `The store has format 2, written by version 9.9.9; this is version ${VERSION}, which reads up to format 1.`,
      );
      if (!answer.includes('NO_VIEW')) expect(answer).toContain('Run version 9.9.9 or newer.');
    }
    expect((await scenario.events('command')).length).toBe(before);
    const raw = await openEmbeddedStore({
      folder: join(scenario.folder, 'daemon', 'state', 'store'),
    }).catch((error: { code: string }) => error.code);
    expect(raw).toBe('STORE_TOO_NEW');
    expect(meta.format).toBe(2);
  });

  it('older than this program is brought forward at the start, also when that was killed half-way', async () => {
    const before = await withStore(async (store) => {
      await store.commit(
        Array.from({ length: RELEASES }, (_, n) => ({ put: `released/web-1/${n}`, value: { format: 1, n } })),
      );
      const now = await everything(store);
      // What a program of format 0 might have left: every value wrapped.
      const { meta, ...rest } = Object.fromEntries(now) as { meta: MetaRecord } & Record<string, Json>;
      await store.commit([
        ...Object.entries(rest).map(([put, value]) => ({ put, value: { wrapped: value } })),
        { put: 'meta', value: { ...meta, format: 0, version: '0.0.1' } },
      ]);
      return now;
    });
    const refused = await cli(['run', '--config', scenario.configPath]);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/format 0, which this version does not know how to bring forward/);
    // This program knows one step more: what stands unwrapped would show at once as dealt with twice.
    const migrate = pathToFileURL(join(import.meta.dirname, '../../dist/reconciler/store/migrate.js')).href;
    const environment = preloadKiller(
      scenario.folder,
      `import { MIGRATIONS } from ${JSON.stringify(migrate)};
       MIGRATIONS.push({ from: 0, migrate: ({ key, value }) => [{ put: key, value: value.wrapped ?? 'twice' }] });`,
    );

    // Writes: the opening, the announcement of the new format, and groups of a hundred entries.
    for (const killAtWrite of [2, 3, 3, 2]) {
      const killed = startDaemon(scenario.configPath, { env: environment(killAtWrite) });
      expect(await killed.gone).toBe('SIGKILL');
    }
    const halfWay = await cli(['store', 'export', join(scenario.folder, 'x'), '--config', scenario.configPath]);
    expect(halfWay.stderr.replace(/\s+/g, ' ')).toMatch(/its format is being changed/);
    scenario.start((configPath) => startDaemon(configPath, { env: environment(0) }));
    await scenario.daemon.waitFor(/the store is brought to a newer format/);
    const commit = await scenario.repo.push({ 'NOTES.md': 'a note\n' }, 'a note');
    await scenario.untilStatus('fleet.yaml', ({ revision }) => revision?.accepted === commit);
    await scenario.daemon.kill();

    const after = await withStore(everything);
    expect(after.get('meta')).toMatchObject({ format: 1, id: (before.get('meta') as unknown as MetaRecord).id });
    for (const [key, value] of before) if (key.startsWith('released/')) expect(after.get(key)).toEqual(value);
    expect([...after.keys()].sort()).toEqual([...before.keys()].sort());
    expect((await scenario.events('down')).length).toBe(0);
  });
});
