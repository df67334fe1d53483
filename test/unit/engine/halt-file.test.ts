import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NO_REASON, readHaltFile } from '../../../reconciler/engine/halt-file.ts';

const AT = '2026-01-02T03:04:05.000Z';
let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'halt-file-'));
  file = join(folder, 'halt');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the file of the brake', () => {
  it('pulls nothing while it is not there, nor its folder', async () => {
    writeFileSync(join(folder, 'plain'), '');

    const seen = await Promise.all([file, join(folder, 'gone/halt'), join(folder, 'plain/halt')].map(readHaltFile));

    expect(seen).toEqual([undefined, undefined, undefined]);
  });

  it('names itself, its first line and the time it was written', async () => {
    writeFileSync(file, 'smoke in rack 4\nsecond line\n');
    utimesSync(file, new Date(AT), new Date(AT));

    const seen = await readHaltFile(file);

    expect(seen).toEqual({ format: 1, who: file, why: 'smoke in rack 4', since: AT });
  });

  it.each([
    ['is empty', '', NO_REASON],
    ['has blanks only', '  \t\n', NO_REASON],
    ['would colour a terminal', '\u001b[31mred\u001b[0m\u0007 alert', 'red alert'],
  ])('counts when it %s', async (_what, content, why) => {
    writeFileSync(file, content);

    expect((await readHaltFile(file))?.why).toBe(why);
  });

  it('is read no further than a reason can be long', async () => {
    writeFileSync(file, 'x'.repeat(1_000_000));

    expect((await readHaltFile(file))!.why.length).toBeLessThanOrEqual(300);
  });

  it.each<[string, () => void]>([
    ['a folder', () => mkdirSync(file)],
    ['a link to nothing', () => symlinkSync('nowhere', file)],
    ['a link to itself', () => symlinkSync('halt', file)],
    ['a pipe that nobody writes to', () => execFileSync('mkfifo', [file])],
  ])('counts when it is %s', async (_what, make) => {
    make();

    expect(await readHaltFile(file)).toMatchObject({ who: file, why: expect.stringMatching(/.+/) });
  });

  it('throws when it cannot be told whether it is there', async () => {
    await expect(readHaltFile(join(folder, 'x'.repeat(300)))).rejects.toMatchObject({ code: 'ENAMETOOLONG' });
  });
});
