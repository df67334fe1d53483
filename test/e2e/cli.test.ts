import { copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { cli } from '../support/cli.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cli-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const BAD_HOST =
  'apiVersion: intendant/v1\nkind: Host\nmetadata:\n  name: web-9\nspec:\n  cluster: web\n  adress: 192.0.2.9\n';

describe('a newcomer in an empty folder', () => {
  it('gets a starter repository that is valid and whose plan adds everything in it', async () => {
    const made = await cli(['init', 'fleet'], { cwd: folder });
    const validated = await cli(['validate', 'fleet'], { cwd: folder });
    const planned = await cli(['plan', 'fleet'], { cwd: folder });

    expect([made.code, validated.code, planned.code]).toEqual([0, 0, 0]);
    expect(made.stdout).toContain('intendant validate fleet');
    expect(validated.stdout).toBe('4 documents in 4 files: no errors.\n');
    expect(planned.stdout).toContain('  + Host/web-1\n');
    expect(planned.stdout).toMatch(/\nPlan: 4 to add, 0 to change, 0 to remove\.\n$/);
    expect(planned.stderr).toContain('nothing is known of a fleet here');
  });

  it('sees the batches of the example operation once it is renamed', async () => {
    await cli(['init', 'fleet'], { cwd: folder });
    const example = join(folder, 'fleet/operations/restart-web.yaml.example');
    copyFileSync(example, join(folder, 'fleet/operations/restart-web.yaml'));

    const { code, stdout } = await cli(['plan', 'fleet'], { cwd: folder });

    expect(code).toBe(0);
    expect(stdout).toMatch(/batch 1 of 2: web-1\n +batch 2 of 2: web-2\n/);
  });

  it('is refused a starter in a folder that holds something, and loses nothing', async () => {
    writeFileSync(join(folder, 'precious'), 'x');

    const { code, stdout, stderr } = await cli(['init', '.'], { cwd: folder });

    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(
      /^Error: The folder .* is not empty: it holds precious\.\nHint: .*\nCode: {2}FOLDER_NOT_EMPTY\n$/,
    );
    expect(readdirSync(folder)).toEqual(['precious']);
  });
});

describe('validate', () => {
  it('reports every finding with file, line and column, and exits 1', async () => {
    await cli(['init', '.'], { cwd: folder });
    writeFileSync(join(folder, 'clusters/web/hosts/web-9.yaml'), BAD_HOST);

    const { code, stdout } = await cli(['validate'], { cwd: folder });

    expect(code).toBe(1);
    expect(stdout).toMatch(/^clusters\/web\/hosts\/web-9\.yaml:7:3: error: .*`adress`.*did you mean `address`/m);
    expect(stdout).toMatch(/errors?\.\n$/);
  });

  it('answers with an object for programs, on stdout alone', async () => {
    await cli(['init', '.'], { cwd: folder });
    writeFileSync(join(folder, 'clusters/web/hosts/web-9.yaml'), BAD_HOST);

    const json = await cli(['validate', '-o', 'json'], { cwd: folder });
    const yaml = await cli(['validate', '-o', 'yaml'], { cwd: folder });

    const report = JSON.parse(json.stdout) as { valid: boolean; diagnostics: object[] };
    expect(report).toMatchObject({ apiVersion: 'intendant/v1', kind: 'ValidationReport', valid: false });
    expect(report.diagnostics[0]).toMatchObject({ file: 'clusters/web/hosts/web-9.yaml', line: 7, severity: 'error' });
    expect(parse(yaml.stdout)).toEqual(report);
    expect([json.code, yaml.code]).toEqual([1, 1]);
  });

  it('names a folder that does not exist', async () => {
    const { code, stderr } = await cli(['validate', 'nowhere'], { cwd: folder });

    expect(code).toBe(1);
    expect(stderr).toMatch(/There is no folder .*nowhere/);
  });
});

describe('plan --detailed-exitcode', () => {
  it('exits 2 for changes, and 1 for a wrong command line', async () => {
    await cli(['init', '.'], { cwd: folder });

    const changes = await cli(['plan', '--detailed-exitcode'], { cwd: folder });
    const wrong = await cli(['plan', '--detailed-exitcode', '--nope'], { cwd: folder });

    expect([changes.code, wrong.code]).toEqual([2, 1]);
  });

  it('exits 1 when the documents have errors', async () => {
    await cli(['init', '.'], { cwd: folder });
    writeFileSync(join(folder, 'clusters/web/hosts/web-9.yaml'), BAD_HOST);

    const { code, stderr } = await cli(['plan', '--detailed-exitcode'], { cwd: folder });

    expect(code).toBe(1);
    expect(stderr).toContain('adress');
  });
});

describe('a wrong command line', () => {
  it.each([
    [['stauts'], 'did you mean "status"?'],
    [['get', 'hots'], 'did you mean'],
    [['validate', '--nope'], '--nope'],
    [['validate', '-o', 'xml'], 'table, json, yaml'],
    [['get'], 'kind'],
    [['version', 'extra'], 'extra'],
  ])('%j exits 2 and says what is wrong', async (args, expected) => {
    const { code, stdout, stderr } = await cli(args, { cwd: folder });

    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(expected);
    expect(stderr).toContain('Code:  USAGE');
    expect(stderr).not.toMatch(/\n +at /);
  });

  it('is a document of kind Error on stderr where the output is for programs', async () => {
    const { stderr } = await cli(['get', 'hots', '-o', 'json'], { cwd: folder });

    expect(JSON.parse(stderr)).toMatchObject({ kind: 'Error', error: { code: 'USAGE' } });
  });
});

describe('without a daemon', () => {
  it.each([['status'], ['get', 'hosts'], ['reconcile']])(
    '%s says that nothing answers, and exits 1',
    async (...args) => {
      const { code, stdout, stderr } = await cli([...args, '--state', folder], { cwd: folder });

      expect(code).toBe(1);
      expect(stdout).toBe('');
      expect(stderr).toMatch(/^Error: .*\nHint: .*\nCode: {2}(NO_VIEW|DAEMON_UNREACHABLE)\n$/);
    },
  );

  it('run says which of its flags are missing', async () => {
    const { code, stderr } = await cli(['run', '--branch', 'main'], { cwd: folder });

    expect(code).toBe(1);
    expect(stderr).toContain('--repo and --fleet');
  });

  it('run names every mistake of its configuration with line and column', async () => {
    const config = join(folder, 'daemon.yaml');
    writeFileSync(config, 'apiVersion: intendant/v1\nkind: Daemon\nfleet: prod\nstate: s\nrepository:\n  urll: x\n');

    const { code, stderr } = await cli(['run', '--config', config]);

    expect(code).toBe(1);
    expect(stderr).toContain(`${config}:6:3: unknown field \`urll\`, did you mean \`url\`?`);
  });
});

describe('help', () => {
  it('lists every command, and each has examples', async () => {
    const root = await cli(['--help']);
    const names = ['demo', 'get', 'init', 'plan', 'reconcile', 'run', 'status', 'validate', 'version'];
    const pages = await Promise.all(['plan', 'status'].map((name) => cli([name, '--help'])));

    for (const name of names) expect(root.stdout).toMatch(new RegExp(`^  ${name} +\\S`, 'm'));
    for (const page of pages) expect(page.stdout).toContain('EXAMPLES');
  });

  it('and version print no escape sequences into a pipe', async () => {
    const pages = await Promise.all([cli(['--help']), cli(['plan', '--help']), cli(['version'])]);

    expect(pages.map(({ stdout, stderr }) => stdout + stderr).join('')).not.toMatch(/\u001b/);
  });
});
