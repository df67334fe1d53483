import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../reconciler/model/clock.ts';
import { runScript } from '../../../reconciler/demo/tiny-shell.ts';
import type { ShellWorld } from '../../../reconciler/demo/tiny-shell.ts';

const world: ShellWorld = { name: 'web-1', clock: systemClock, uptimeSeconds: () => 600, wellBehaved: () => true };
const noAbort = new AbortController().signal;

async function run(script: string, args: string[] = []): Promise<{ exitCode: number; output: string }> {
  return runScript(world, script, { zero: 'script', args }, noAbort);
}

describe('the tiny shell of a simulated host', () => {
  it('prints what echo says and ends with the given exit code', async () => {
    const result = await run('#!/bin/sh\n# a greeting\necho "hello; $1" # said\nexit 3\necho never', ['world']);

    expect(result).toEqual({ exitCode: 3, output: 'hello; world\n' });
  });

  it('goes on after a failed command and ends with the code of the last one', async () => {
    const result = await run('false; echo on');

    expect(result).toEqual({ exitCode: 0, output: 'on\n' });
  });

  it('stops at a failed command under set -e', async () => {
    const result = await run('set -eu\nfalse\necho never');

    expect(result).toEqual({ exitCode: 1, output: '' });
  });

  it('answers 127 for what it does not know', async () => {
    const result = await run('apt-get update');

    expect(result.exitCode).toBe(127);
    expect(result.output).toContain('apt-get: not found');
  });

  it('answers 2 for syntax that it does not know', async () => {
    const result = await run('echo $(id)');

    expect(result.exitCode).toBe(2);
  });

  it('rejects when it is stopped in its sleep', async () => {
    const stop = new AbortController();

    const running = runScript(world, 'sleep 60', { zero: 'script', args: [] }, stop.signal);
    stop.abort(new Error('power is gone'));

    await expect(running).rejects.toThrow('power is gone');
  });
});
