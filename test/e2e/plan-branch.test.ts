import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cli } from '../support/cli.ts';
import { clusterDocument, fleetDocument, hostDocument, restartDocument } from '../support/documents.ts';
import { describeWith } from '../support/real-parts.ts';
import { TestRepo } from '../support/repo.ts';

interface PlanReport {
  base: { name: string; commit: string };
  head: { name: string; commit: string };
  changes: { symbol: string; key: string }[];
  operations: { name: string; hosts: string[] }[];
  diagnostics: { code: string; file: string }[];
}

describeWith(['git'], 'the plan of a branch, in the clone of a reviewer', () => {
  let folder: string;
  let clone: string;
  let repo: TestRepo;
  let head: string;
  let tip: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'intendant-plan-branch-'));
    repo = await TestRepo.create(join(folder, 'git'));
    await repo.push({
      'fleet/fleet.yaml': fleetDocument('prod'),
      'fleet/web.yaml': clusterDocument('web'),
      'fleet/web-1.yaml': hostDocument('web-1', '10.0.0.1', 'web'),
    });
    head = await repo.pushBranch('more-web', {
      'fleet/web-2.yaml': hostDocument('web-2', '10.0.0.2', 'web'),
      'fleet/restart.yaml': restartDocument('restart-web', 'web', { rollout: { batches: 1 } }),
    });
    tip = await repo.push({ 'fleet/web-3.yaml': hostDocument('web-3', '10.0.0.3', 'web') }, 'meanwhile');
    clone = join(folder, 'clone');
    execFileSync('git', ['clone', '--quiet', repo.bare, clone]);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const plan = (where: string, ...args: string[]) => cli(['plan', 'fleet', ...args], { cwd: where });

  it('is that of a merge: what main has gained since stays, and counts', async () => {
    const { code, stdout, stderr } = await plan(clone, '--base', 'main', '--head', 'more-web', '-o', 'json');

    const report = JSON.parse(stdout) as PlanReport;
    expect(code, stderr).toBe(0);
    expect([report.base, report.head]).toEqual([
      { name: 'main', commit: tip },
      { name: 'more-web', commit: head },
    ]);
    expect(report.changes.map(({ symbol, key }) => [symbol, key])).toEqual([
      ['+', 'Host/web-2'],
      ['+', 'Operation/restart-web'],
    ]);
    expect(report.operations.map(({ name, hosts }) => [name, hosts])).toEqual([
      ['restart-web', ['web-1', 'web-2', 'web-3']],
    ]);
    expect(report.diagnostics).toEqual([]);
  });

  it('is a comment for the review with -o markdown, and nothing else is on stdout', async () => {
    const { code, stdout } = await plan(clone, '--head', 'more-web', '-o', 'markdown');

    expect(code).toBe(0);
    expect(stdout).toMatch(/^### Plan: 2 to add, 0 to change, 0 to remove\.\n/);
    expect(stdout).toContain(`Plan of more-web at ${head.slice(0, 12)}, merged into main at ${tip.slice(0, 12)}`);
    expect(stdout).toMatch(/```diff\n\+ Host\/web-2\n[\s\S]*\n```\n$/);
  });

  it('exits 2 for changes when asked to, and 0 where there are none', async () => {
    const changes = await plan(clone, '--head', 'more-web', '--detailed-exitcode');
    const none = await plan(clone, '--base', 'main', '--detailed-exitcode');

    expect([changes.code, none.code]).toEqual([2, 0]);
  });

  it('says what is missing: a ref, the history, a clone', async () => {
    const shallow = join(folder, 'shallow');
    execFileSync('git', ['clone', '--quiet', '--depth', '1', '--no-single-branch', `file://${repo.bare}`, shallow]);

    const ref = await plan(clone, '--head', 'nowhere');
    const history = await plan(shallow, '--head', 'more-web');
    const outside = await cli(['plan', '.', '--head', 'more-web'], { cwd: folder });

    expect([ref.code, history.code, outside.code]).toEqual([1, 1, 1]);
    expect(ref.stderr).toContain('NO_SUCH_REF');
    expect(history.stderr).toMatch(/holds only a part of the history[\s\S]*git fetch --unshallow[\s\S]*HISTORY_CUT/);
    expect(outside.stderr).toContain('NO_CLONE');
  });
});
