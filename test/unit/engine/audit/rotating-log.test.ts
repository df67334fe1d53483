import { appendFileSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RotatingLog, type RotatingLogOptions } from '../../../../reconciler/engine/audit/rotating-log.ts';

let folder: string;
let troubles: (string | undefined)[];
const logs: RotatingLog[] = [];

function openLog(over: Partial<RotatingLogOptions> = {}): RotatingLog {
  const log = new RotatingLog({
    folder: join(folder, 'audit'),
    name: 'commands',
    maxBytes: 1000,
    files: 3,
    onTrouble: (error) => troubles.push(error?.message),
    ...over,
  });
  logs.push(log);
  return log;
}

const file = (name = 'commands.jsonl'): string => join(folder, 'audit', name);
const lines = (name?: string): string[] => readFileSync(file(name), 'utf8').split('\n').slice(0, -1);

describe('a rotating log', () => {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'intendant-log-'));
    troubles = [];
  });
  afterEach(async () => {
    await Promise.all(logs.splice(0).map((log) => log.close()));
    rmSync(folder, { recursive: true, force: true });
  });

  it('keeps the order of lines that were gathered and lines that were synced, for its owner alone', async () => {
    const log = openLog();

    log.append('one');
    await log.appendSynced('two');
    log.append('three');
    await log.close();

    expect(lines()).toEqual(['one', 'two', 'three']);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, 'audit')).mode & 0o777).toBe(0o700);
  });

  it('sets a grown file aside and keeps no more files than it may', async () => {
    const log = openLog({ maxBytes: 100 });

    for (let n = 0; n < 40; n += 1) await log.appendSynced(`line-${n}-${'x'.repeat(20)}`);

    expect(readdirSync(join(folder, 'audit')).sort()).toEqual([
      'commands.1.jsonl',
      'commands.2.jsonl',
      'commands.jsonl',
    ]);
    expect(lines().at(-1)).toMatch(/^line-39-/);
    expect(lines('commands.1.jsonl').at(-1)).toMatch(/^line-3\d-/);
    for (const name of readdirSync(join(folder, 'audit'))) expect(statSync(file(name)).size).toBeLessThanOrEqual(100);
  });

  it('goes on after what an earlier process wrote, and ends a line that a power cut tore', async () => {
    const first = openLog();
    await first.appendSynced('one');
    await first.close();
    appendFileSync(file(), '{"to');

    await openLog().appendSynced('two');

    expect(lines()).toEqual(['one', '{"to', 'two']);
  });

  it('rejects a synced line that cannot be written, says so once, and writes the gathered ones when it can', async () => {
    writeFileSync(join(folder, 'audit'), 'in the way');
    const log = openLog();
    log.append('gathered');

    await expect(log.appendSynced('refused')).rejects.toThrow();
    await expect(log.appendSynced('refused')).rejects.toThrow();
    rmSync(join(folder, 'audit'));
    await log.appendSynced('later');

    expect(lines()).toEqual(['gathered', 'later']);
    expect(troubles).toHaveLength(2);
    expect(troubles[1]).toBeUndefined();
  });

  it('bounds what waits, and says how much was lost', async () => {
    writeFileSync(join(folder, 'audit'), 'in the way');
    const log = openLog({ maxBytes: 10_000_000 });

    for (let n = 0; n < 10_005; n += 1) log.append(`${n}`);
    rmSync(join(folder, 'audit'));
    await log.appendSynced('after');

    expect(lines()).toHaveLength(10_002);
    expect(lines().slice(-2)).toEqual(['{"event":"gap","lost":5}', 'after']);
  });
});
