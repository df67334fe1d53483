import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkCommand, parseCheck } from '../../reconciler/hosts/check.ts';
import { factsCommand, parseFacts } from '../../reconciler/hosts/facts.ts';
import { stepReadCommand, stepStartCommand } from '../../reconciler/hosts/guarded-step.ts';
import type { StepStart } from '../../reconciler/hosts/guarded-step.ts';
import { parseStepSighting } from '../../reconciler/hosts/step-sighting.ts';
import type { StepSighting } from '../../reconciler/hosts/step-sighting.ts';
import { parseUpload, uploadCommand } from '../../reconciler/hosts/upload.ts';
import type { VerbCommand } from '../../reconciler/hosts/verb.ts';
import { eventually } from '../support/eventually.ts';
import { describeWith } from '../support/real-parts.ts';
import { bytesOf } from '../support/standard-input.ts';
import type { RealPart } from '../support/real-parts.ts';

const call = { user: 'root', nonce: 'n0' };

/** The scripts themselves, in the shells that hosts have: everything that a broken machine can do to them. */
function scriptsIn(shell: string, parts: RealPart[], toolbox: (folder: string) => string): void {
  describeWith(parts, `the scripts on a host, in ${shell}`, () => {
    let folder: string;
    let path: string;
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'scripts-'));
      path = toolbox(folder);
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    /** What the host prints for a verb; the line is what sshd would hand to the user's shell. */
    function run(verb: VerbCommand, stdin: string | Uint8Array = bytesOf(verb.stdin)): Promise<string> {
      const words = verb.line.bits.map(String);
      const child = spawn(words[0]!, words.slice(1), { env: { PATH: path }, stdio: ['pipe', 'pipe', 'inherit'] });
      let output = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
      child.stdin.on('error', () => undefined).end(stdin);
      return new Promise((resolve, reject) => child.on('error', reject).on('close', () => resolve(output)));
    }
    async function sighting(verb: VerbCommand, stdin?: string): Promise<StepSighting> {
      const output = await run(verb, stdin);
      const seen = parseStepSighting(output, 'n0');
      if (!seen) throw new Error(`no answer in: ${output}`);
      return seen;
    }
    let steps = 0;
    function step(script: string, more: Partial<StepStart> = {}): StepStart {
      const action = { kind: 'script' as const, script, args: [] };
      return {
        stepsRoot: join(folder, 'steps'),
        stepId: `s${steps++}`,
        digest: 'd1',
        action,
        timeoutSeconds: 20,
        ...more,
      };
    }
    const start = (request: StepStart, stdin?: string): Promise<StepSighting> =>
      sighting(stepStartCommand(call, request), stdin);
    const read = (request: StepStart, waitSeconds = 10): Promise<StepSighting> =>
      sighting(stepReadCommand(call, { ...request, waitSeconds }));
    const fileOf = (request: StepStart, name: string): string => join(request.stepsRoot, request.stepId, name);

    it('tell the facts', async () => {
      const facts = parseFacts(await run(factsCommand(call)), 'n0');

      expect(facts).toMatchObject({
        bootId: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
        architecture: execFileSync('uname', ['-m'], { encoding: 'utf8' }).trim(),
      });
      expect(facts!.memoryKb).toBeGreaterThan(100_000);
      expect(facts!.diskBytes).toBeGreaterThan(1_000_000);
      expect(Math.abs(facts!.hostTime - Date.now() / 1000)).toBeLessThan(60);
    });

    it('run a step once, however many start it at the same time', async () => {
      const count = join(folder, 'count');
      const request = step(`echo ran >>${count}\nsleep 0.3\n`);

      const seen = await Promise.all(Array.from({ length: 5 }, () => start(request)));
      const done = await read(request);

      expect(seen.filter(({ state }) => state === 'started')).toHaveLength(1);
      expect(done).toMatchObject({ state: 'done', exitCode: 0 });
      expect(readFileSync(count, 'utf8')).toBe('ran\n');
    });

    it('hand the arguments and the output through as they are', async () => {
      const args = ['a b', "it's", '$(reboot)', '', '*'];
      const request = step('for a in "$@"; do echo "[$a]"; done; echo oops >&2', {
        action: { kind: 'script', script: 'for a in "$@"; do echo "[$a]"; done; echo oops >&2', args },
      });
      await start(request);

      expect(await read(request)).toMatchObject({ output: "[a b]\n[it's]\n[$(reboot)]\n[]\n[*]\noops\n" });
    });

    it('run a script with the interpreter that it names', async () => {
      const request = step('#!/bin/cat\nthe text itself\n');
      await start(request);

      expect(await read(request)).toMatchObject({ exitCode: 0, output: '#!/bin/cat\nthe text itself\n' });
    });

    it('start nothing when the script did not arrive whole', async () => {
      const request = step('echo one\necho two\n');

      const seen = await start(request, 'echo one\n');

      expect(seen).toEqual({ state: 'error', message: 'the script did not arrive whole' });
      expect(await read(request, 0)).toMatchObject({ state: 'absent' });
    });

    it('keep the first bytes of endless output and count the rest', async () => {
      const request = step('head -c 20000000 /dev/zero | tr "\\0" x', { maxOutputBytes: 1000 });
      await start(request);

      const seen = await read(request);

      expect(seen).toMatchObject({ state: 'done', exitCode: 0, output: 'x'.repeat(1000), droppedBytes: 19_999_000 });
    });

    it('kill the whole process group of a script whose time is up', async () => {
      const alive = join(folder, 'alive');
      const request = step(`echo begun\n( sleep 4; touch ${alive} ) &\nsleep 60\n`, { timeoutSeconds: 1 });
      await start(request);

      const seen = await read(request, 20);

      expect(seen).toMatchObject({ state: 'done', exitCode: 124, output: 'begun\n' });
      const group = readFileSync(fileOf(request, 'group'), 'utf8').split(' ')[0]!;
      await eventually(() => !groupAlive(Number(group)));
      expect(existsSync(alive)).toBe(false);
    });

    it('record the exit code although the script left a process behind', async () => {
      const request = step('sleep 15 &\necho left one\nexit 3\n');
      await start(request);

      const seen = await read(request);

      expect(seen).toMatchObject({ state: 'done', exitCode: 3, output: 'left one\n' });
    });

    it('call a step interrupted when its processes are gone without an exit code', async () => {
      const request = step('sleep 30');
      await start(request);
      await eventually(() => existsSync(fileOf(request, 'group')));
      const group = Number(readFileSync(fileOf(request, 'group'), 'utf8').split(' ')[0]);

      process.kill(Number(readFileSync(fileOf(request, 'pid'), 'utf8').split(' ')[0]), 'SIGKILL');
      const running = await read(request, 0);
      process.kill(-group, 'SIGKILL');
      const gone = await read(request);

      expect(running).toMatchObject({ state: 'running' });
      expect(gone).toMatchObject({ state: 'interrupted' });
    });

    it('call a step of an earlier boot interrupted, and never start it again', async () => {
      const count = join(folder, 'count-boot');
      const request = step(`echo ran >>${count}`);
      await start(request);
      await read(request);
      rmSync(fileOf(request, 'exit'));
      writeFileSync(fileOf(request, 'boot'), '11111111-2222-4333-8444-555555555555\n');

      const again = await start(request);

      expect(again).toMatchObject({ state: 'interrupted', startedBoot: '11111111-2222-4333-8444-555555555555' });
      expect(readFileSync(count, 'utf8')).toBe('ran\n');
    });

    it('call a folder that a power cut left empty interrupted', async () => {
      const request = step('true');
      mkdirSync(join(request.stepsRoot, request.stepId), { recursive: true });
      for (const name of ['boot', 'digest', 'kind', 'pid']) writeFileSync(fileOf(request, name), '');

      expect(await start(request)).toMatchObject({ state: 'interrupted', startedBoot: '' });
    });

    it('act on nothing when the disk is full, and say so', async () => {
      const disk = join(folder, 'full');
      const request = step('touch /tmp/never', { stepsRoot: join(disk, 'steps') });
      await onTmpfs(disk, 'size=4k', async () => {
        const seen = await start(request);

        expect(seen).toMatchObject({ state: 'error', message: expect.stringMatching(/disk|space/i) });
        expect(existsSync(join(request.stepsRoot, request.stepId))).toBe(false);
      });
    });

    it('act on nothing when the folder cannot be written, and say so', async () => {
      const disk = join(folder, 'readonly');
      const request = step('true', { stepsRoot: join(disk, 'steps') });
      await onTmpfs(disk, 'ro', async () => {
        expect(await start(request)).toMatchObject({ state: 'error', message: expect.stringMatching(/read-only/i) });
        expect(await read(request, 0)).toMatchObject({ state: 'absent' });
      });
    });

    it('record the exit code of a script that filled the disk', async () => {
      const disk = join(folder, 'filled');
      const request = step(`dd if=/dev/zero of=${disk}/big bs=4096 2>/dev/null\necho ended\nexit 5\n`, {
        stepsRoot: join(disk, 'steps'),
      });
      await onTmpfs(disk, 'size=200k', async () => {
        await start(request);

        expect(await read(request)).toMatchObject({ state: 'done', exitCode: 5 });
      });
    });

    it('run a check, with its output cut and its time limited', async () => {
      const check = async (argv: string[], timeoutSeconds = 5): Promise<unknown> =>
        parseCheck(await run(checkCommand(call, { argv, timeoutSeconds })), 'n0');

      expect(await check(['printf', '%s', "it's $(fine)"])).toEqual({ exitCode: 0, output: "it's $(fine)" });
      expect(await check(['sh', '-c', 'echo no >&2; exit 9'])).toEqual({ exitCode: 9, output: 'no\n' });
      expect(await check(['no-such-program'])).toMatchObject({ exitCode: 127 });
      expect(await check(['sleep', '30'], 1)).toMatchObject({ exitCode: 124 });
      expect(await check(['sh', '-c', 'head -c 900000 /dev/zero | tr "\\0" y'])).toEqual({
        exitCode: 0,
        output: 'y'.repeat(4096),
      });
    });

    it('write a file whole and with its mode, or not at all', async () => {
      const file = { path: join(folder, 'up load'), content: Buffer.from([0, 10, 255, 39]), mode: 0o640 };
      const verb = uploadCommand(call, file);

      const written = parseUpload(await run(verb), 'n0');
      const cut = parseUpload(await run(verb, Buffer.from([0])), 'n0');

      expect(written).toEqual({ written: true });
      expect(cut).toMatchObject({ written: false, why: expect.stringContaining('did not arrive whole') });
      expect([...readFileSync(file.path)]).toEqual([0, 10, 255, 39]);
      expect(execFileSync('stat', ['-c', '%a', file.path], { encoding: 'utf8' })).toBe('640\n');
    });
  });
}

async function onTmpfs(folder: string, options: string, work: () => Promise<void>): Promise<void> {
  mkdirSync(folder);
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder]);
  try {
    await work();
  } finally {
    execFileSync('umount', ['-l', folder]);
  }
}

/** True while a process of the group is there that is not merely waiting to be collected. */
function groupAlive(group: number): boolean {
  const table = execFileSync('ps', ['-eo', 'pgid=,stat='], { encoding: 'utf8' });
  return table.split('\n').some((row) => {
    const [pgid, stat] = row.trim().split(/\s+/);
    return Number(pgid) === group && !stat?.startsWith('Z');
  });
}

describe('the scripts of the verb protocol', () => {
  scriptsIn('dash', [], () => process.env.PATH ?? '');
  scriptsIn('busybox', ['busybox'], (folder) => {
    const tools = join(folder, 'tools');
    mkdirSync(tools);
    execFileSync('busybox', ['--install', '-s', tools]);
    return tools;
  });
});
