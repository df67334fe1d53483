import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readRef, updateRef } from '../../../../reconciler/source/git/refs.ts';
import { takeRefLock } from '../../../../reconciler/source/git/ref-lock.ts';

const ref = 'refs/heads/main';
const oid = 'a'.repeat(40);
let gitDir: string;
let lock: string;

beforeEach(() => {
  gitDir = mkdtempSync(join(tmpdir(), 'intendant-ref-lock-'));
  mkdirSync(join(gitDir, 'refs/heads'), { recursive: true });
  lock = join(gitDir, `${ref}.lock`);
});
afterEach(() => rmSync(gitDir, { recursive: true, force: true }));

/** A process of ours takes the lock and is gone, without a chance to clean up. */
async function leaveLockBehind(): Promise<void> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  const start = execFileSync('sh', ['-c', `cut -d' ' -f22 /proc/${child.pid}/stat`], { encoding: 'utf8' }).trim();
  const marks = join(gitDir, 'intendant-locks');
  mkdirSync(marks, { recursive: true });
  writeFileSync(join(marks, `${hostname()}.${child.pid}.${start}.1`), '');
  execFileSync('ln', [join(marks, `${hostname()}.${child.pid}.${start}.1`), lock]);
  expect(updateRef(gitDir, ref, undefined, oid)).toBe('locked');
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}

describe('the lock of a ref', () => {
  it('is refused while somebody holds it, and left alone', () => {
    writeFileSync(lock, '');

    expect(updateRef(gitDir, ref, undefined, oid)).toBe('locked');
    expect(existsSync(lock)).toBe(true);
  });

  it('is refused while this process holds it', () => {
    const held = takeRefLock(gitDir, lock)!;

    expect(held).toBeDefined();
    expect(takeRefLock(gitDir, lock)).toBeUndefined();
  });

  it('is broken when a process of ours was killed while it held it, and only then', async () => {
    await leaveLockBehind();

    expect(updateRef(gitDir, ref, undefined, oid)).toBe('updated');
    expect(readRef(gitDir, ref)).toBe(oid);
    expect(existsSync(lock)).toBe(false);
  });

  it('leaves nothing behind', () => {
    updateRef(gitDir, ref, undefined, oid);
    updateRef(gitDir, ref, 'b'.repeat(40), oid);

    expect(readdirSync(join(gitDir, 'intendant-locks'))).toEqual([]);
    expect(readdirSync(join(gitDir, 'refs/heads'))).toEqual(['main']);
  });
});
