import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openEmbeddedStore } from '../../reconciler/store/embedded-store.ts';
import { eventually } from '../support/eventually.ts';

const KEYS = 200;
const ROUNDS = 6;

describe('the embedded store and a process that is killed', () => {
  let folder: string;
  beforeEach(() => {
    folder = join(mkdtempSync(join(tmpdir(), 'intendant-crash-')), 'store');
  });
  afterEach(() => rmSync(join(folder, '..'), { recursive: true }));

  it('holds all of the last commit or none of it, and every commit that was acknowledged', async () => {
    const found: { values: number[]; acknowledged: number }[] = [];
    let next = 1;

    for (let round = 0; round < ROUNDS; round += 1) {
      const acknowledged = await killInTheMiddle(next, 3 + round);
      const values = await readNumbers();
      found.push({ values, acknowledged });
      next = Math.max(...values) + 1;
    }

    for (const { values, acknowledged } of found) {
      expect(values).toHaveLength(1);
      expect(values[0]).toBeGreaterThanOrEqual(acknowledged);
    }
  });

  it('refuses a folder that another process has open, names that process, and takes it once that one is dead', async () => {
    const child = start(1);
    await once(child.stdout!, 'data');

    const refused = openEmbeddedStore({ folder });

    await expect(refused).rejects.toMatchObject({
      disposition: 'InvalidInput',
      code: 'STORE_IN_USE',
      message: `The folder ${folder} is in use by process ${child.pid}.`,
      hint: expect.stringContaining(`stop process ${child.pid}`),
    });
    child.kill('SIGKILL');
    await once(child, 'exit');
    const store = await openEmbeddedStore({ folder });
    await store.close();
  });

  function start(first: number): ReturnType<typeof spawn> {
    const entry = join(import.meta.dirname, '../support/committing-child.ts');
    const options = ['--import', 'tsx', entry, folder, String(KEYS), String(first)];
    return spawn(process.execPath, options, { stdio: ['ignore', 'pipe', 'inherit'] });
  }

  /** Lets a child commit a few times, kills it, and answers the last number that it had acknowledged. */
  async function killInTheMiddle(first: number, commits: number): Promise<number> {
    const child = start(first);
    let output = '';
    child.stdout!.setEncoding('utf8').on('data', (text: string) => (output += text));
    await eventually(() => output.split('\n').length > commits, { timeoutMs: 30_000, everyMs: 1 });
    const gone = once(child, 'close');
    child.kill('SIGKILL');
    await gone;
    return Number(output.split('\n').slice(0, -1).at(-1));
  }

  /** The different numbers that the keys hold. */
  async function readNumbers(): Promise<number[]> {
    const store = await openEmbeddedStore({ folder });
    const { entries } = await store.list('objects/');
    await store.close();
    expect(entries).toHaveLength(KEYS);
    return [...new Set(entries.map(({ value }) => (value as { number: number }).number))];
  }
});
