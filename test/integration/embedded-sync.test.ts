import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { describeWith } from '../support/real-parts.ts';

describeWith(['strace'], 'the embedded store and a power cut', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'intendant-sync-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('has every commit on the disk before it is acknowledged: written to the log, and the log synced', async () => {
    const trace = join(folder, 'trace');
    const calls = ['-f', '-y', '-s', '32', '-e', 'trace=write,pwrite64,writev,fdatasync,fsync', '-e', 'signal=none'];
    const entry = join(import.meta.dirname, '../support/committing-child.ts');
    const program = [process.execPath, '--import', 'tsx', entry, join(folder, 'store'), '1', '1'];
    const child = spawn('strace', [...calls, '-o', trace, ...program], { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    await eventually(() => output.split('\n').length > 20, { timeoutMs: 60_000 });
    const gone = once(child, 'close');
    // With strace's end the program under it goes on by itself: it is the program that has to end.
    process.kill(Number(/^(\d+) /.exec(readFileSync(trace, 'utf8'))![1]), 'SIGKILL');
    await gone;

    const acknowledged = judge(readFileSync(trace, 'utf8').split('\n'));

    expect(acknowledged.length).toBeGreaterThanOrEqual(19);
    expect(acknowledged.filter(({ synced }) => !synced)).toEqual([]);
  });
});

/** For each number that was acknowledged: whether the log was written and then synced since the one before. */
function judge(lines: readonly string[]): { number: number; synced: boolean }[] {
  const acknowledged: { number: number; synced: boolean }[] = [];
  const syncing = new Set<string>();
  let written = false;
  let synced = false;
  for (const line of lines) {
    const [, thread = '', call = ''] = /^(\d+)\s+(.*)$/.exec(line) ?? [];
    if (/^p?write\w*\(\d+<[^>]*\/store\/[^>]*\.log>/.test(call)) {
      written = true;
      synced = false;
    } else if (/^f(data)?sync\(\d+<[^>]*\/store\/[^>]*\.log>/.test(call)) {
      if (/ = 0$/.test(call)) synced = written;
      else syncing.add(thread);
    } else if (/^<\.\.\. f(data)?sync resumed>.* = 0$/.test(call) && syncing.delete(thread)) {
      synced = written;
    }
    const number = /^write\(1<[^>]*>, "(\d+)\\n"/.exec(call)?.[1];
    if (number === undefined) continue;
    acknowledged.push({ number: Number(number), synced: written && synced });
    written = false;
    synced = false;
  }
  return acknowledged;
}
