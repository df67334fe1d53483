import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import bcrypt from 'bcryptjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cli } from '../support/cli.ts';

const BIN = join(import.meta.dirname, '../../dist/cli/bin.js');

describe('intendant schema', () => {
  it('explains a kind, a field, and a field of the configuration of the daemon', async () => {
    const host = await cli(['schema', 'hosts']);
    const address = await cli(['schema', 'Host.spec.address', '-o', 'json']);
    const daemon = await cli(['schema', 'daemon.view']);

    expect(host).toMatchObject({ code: 0, stderr: '' });
    expect(host.stdout).toMatch(/^Host <object>\n {2}A machine that is reached over SSH\.\n/);
    expect(JSON.parse(address.stdout)).toMatchObject({
      kind: 'FieldDescription',
      of: 'Host',
      path: 'spec.address',
      type: 'string',
      required: true,
    });
    expect(daemon.stdout).toMatch(/^Daemon\.view <object>\n/);
  });

  it('names the field that was meant', async () => {
    const answer = await cli(['schema', 'host.spec.adress']);

    expect(answer).toMatchObject({ code: 2, stdout: '' });
    expect(answer.stderr).toContain('Host.spec has no field "adress", did you mean `address`?');
  });
});

describe('intendant passhash', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'passhash-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('hashes the password of a file, whose last newline does not count', async () => {
    const file = join(folder, 'password');
    writeFileSync(file, 'correct horse\n');

    const answer = await cli(['passhash', '--file', file, '--rounds', '5']);

    expect(answer).toMatchObject({ code: 0, stderr: '' });
    expect(answer.stdout).toMatch(/^\$2[aby]\$05\$[./A-Za-z0-9]{53}\n$/);
    await expect(bcrypt.compare('correct horse', answer.stdout.trim())).resolves.toBe(true);
  });

  it('makes no hash that the view would refuse', async () => {
    const answer = await cli(['passhash', '--rounds', '16']);

    expect(answer).toMatchObject({ code: 2, stdout: '' });
    expect(answer.stderr).toContain('15');
  });

  it('asks twice on a terminal, and shows nothing of what is typed', async () => {
    const { shown, code } = await typed(['secret\r', 'secret\r']);

    expect(code).toBe(0);
    expect(shown).not.toContain('secret');
    const hash = /\$2[aby]\$04\$[./A-Za-z0-9]{53}/.exec(shown)?.[0] ?? '';
    await expect(bcrypt.compare('secret', hash)).resolves.toBe(true);
  });

  it('refuses two that differ, and one that bcrypt would cut', async () => {
    const long = join(folder, 'long');
    writeFileSync(long, 'x'.repeat(73));

    const differ = await typed(['secret\r', 'other\r']);
    const cut = await cli(['passhash', '--file', long]);

    expect(differ.shown).toContain('The two passwords differ.');
    expect(differ.code).toBe(1);
    expect(cut).toMatchObject({ code: 1, stdout: '' });
    expect(cut.stderr).toContain('longer than 72 bytes');
  });

  it('asks nobody where there is no terminal', async () => {
    const answer = await cli(['passhash']);

    expect(answer.code).toBe(2);
    expect(answer.stderr).toContain('--file');
  });
});

/** Runs it on a pseudo-terminal, and answers each question when it is asked. */
async function typed(answers: readonly string[]): Promise<{ shown: string; code: number }> {
  const command = `'${process.execPath}' '${BIN}' passhash --rounds 4`;
  const child = spawn('script', ['-qec', command, '/dev/null'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const questions = ['Password: ', 'Again: '];
  let shown = '';
  let asked = 0;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text;
    while (asked < questions.length && shown.includes(questions[asked]!)) child.stdin.write(answers[asked++]!);
  });
  const [code] = (await once(child, 'close')) as [number];
  return { shown, code };
}
