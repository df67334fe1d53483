import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cli } from '../support/cli.ts';
import { eventually } from '../support/eventually.ts';

const BIN = join(import.meta.dirname, '../../dist/cli/bin.js');

describe('the demo', () => {
  it('restarts a cluster of the examples, shows the status commit, exits 0 and leaves nothing behind', async () => {
    const { code, stdout } = await cli(['demo'], { timeoutMs: 90_000 });

    expect(code).toBe(0);
    expect(stdout).toContain('git push: operations/demo-restart.yaml');
    expect(stdout).toMatch(/batch 1: \S+ went down/);
    expect(stdout).toMatch(/batch 1: \S+ is back with a new boot id/);
    expect(stdout).toMatch(/comes back as a commit on intendant\/status/);
    expect(stdout).toContain('Operation/demo-restart: Running → Succeeded');
    expect(stdout).toContain('status: Succeeded');
    expect(existsSync(/repository (\S+)/.exec(stdout)![1]!)).toBe(false);
  });

  it('answers with an object, and shows itself on stderr', async () => {
    const { code, stdout, stderr } = await cli(['demo', '--hosts', '20', '-o', 'json'], { timeoutMs: 90_000 });

    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ kind: 'DemoReport', cluster: 'simulated', result: 'Succeeded' });
    expect(stderr).toContain('==> ');
  });

  it('goes on with --keep, answers the other commands, and cleans up at Ctrl-C', async () => {
    const child = spawn(process.execPath, [BIN, 'demo', '--keep'], { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    const state = await eventually(() => /intendant status --state (\S+)/.exec(output)?.[1], { timeoutMs: 90_000 });

    const status = await cli(['status', '--state', state]);
    const hosts = await cli(['get', 'hosts', '--state', state]);
    child.kill('SIGINT');
    const [code] = (await once(child, 'exit')) as [number];

    expect(status.code).toBe(0);
    expect(status.stdout).toContain('is healthy');
    expect(status.stderr).toContain('from the daemon, now');
    expect(hosts.stdout).toMatch(/^web-1 +web +active /m);
    expect(code).toBe(0);
    expect(existsSync(state)).toBe(false);
  });

  it('cleans up when it is interrupted in the middle, and exits 130', async () => {
    const child = spawn(process.execPath, [BIN, 'demo'], { stdio: ['ignore', 'pipe', 'ignore'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    await eventually(() => output.includes('went down'), { timeoutMs: 60_000 });

    child.kill('SIGINT');
    const [code] = (await once(child, 'exit')) as [number];

    expect(code).toBe(130);
    expect(existsSync(/repository (\S+)/.exec(output)![1]!)).toBe(false);
  });
});
