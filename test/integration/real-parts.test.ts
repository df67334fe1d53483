import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');

describe('tests on real parts', () => {
  let programs: string;
  beforeEach(() => {
    programs = mkdtempSync(join(tmpdir(), 'intendant-programs-'));
    symlinkSync(process.execPath, join(programs, 'node'));
  });
  afterEach(() => rmSync(programs, { recursive: true }));

  it('run where the part is there', async () => {
    writeFileSync(join(programs, 'etcd'), '', { mode: 0o755 });

    const { code, output } = await runFixture({});

    expect(code).toBe(0);
    expect(output).toContain('1 passed');
    expect(output).not.toContain('Not run');
  });

  it('are listed by name, with the reason, where it is not', async () => {
    const { code, output } = await runFixture({});

    expect(code).toBe(0);
    expect(output).toMatch(
      /Not run \(1\):\s+a suite on etcd \[not run: etcd not installed \(Debian: etcd-server\)\] > finds it/,
    );
  });

  it('fail where it is not and CI is set', async () => {
    const { code, output } = await runFixture({ CI: 'true' });

    expect(code).not.toBe(0);
    expect(output).toContain('etcd not installed');
  });

  /** The fixture's suite, where no programs are installed but those in the folder. */
  function runFixture(env: Record<string, string>): Promise<{ code: number; output: string }> {
    const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
    const config = join(ROOT, 'test/support/fixtures/vitest.config.ts');
    const options = { cwd: ROOT, env: { PATH: programs, HOME: programs, NO_COLOR: '1', ...env } };
    return new Promise((resolve) => {
      execFile(process.execPath, [vitest, 'run', '--config', config], options, (error, stdout, stderr) => {
        resolve({ code: Number(error?.code ?? 0), output: stdout + stderr });
      });
    });
  }
});
