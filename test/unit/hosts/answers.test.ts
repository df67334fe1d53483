import { describe, expect, it } from 'vitest';
import { parseCheck } from '../../../reconciler/hosts/check.ts';
import { parseFacts } from '../../../reconciler/hosts/facts.ts';
import { parseStepSighting } from '../../../reconciler/hosts/step-sighting.ts';
import { sudoRefused } from '../../../reconciler/hosts/sudo.ts';
import { parseUpload } from '../../../reconciler/hosts/upload.ts';

const BOOT = '0d1c7a51-3f6e-4d9f-9b1e-1f2f3f4f5f6f';
const EARLIER = '9f8e7d6c-3f6e-4d9f-9b1e-1f2f3f4f5f6f';
const FACTS = {
  os: 'debian',
  osVersion: '12',
  osLike: '',
  model: 'package' as const,
  packageTool: 'apt-get',
  cpus: '2',
  memoryKb: '4096',
  diskBytes: '1024',
  bootId: BOOT,
  kernel: '6.1.0',
  uptimeSeconds: '7',
  rebootRequired: 'false',
  architecture: 'x86_64',
  hostTime: '1795309067',
};

function framed(fields: Record<string, string>): string {
  const lines = Object.entries(fields).map(([key, value]) => `${key}=${value}\n`);
  return `@@intendant:n@@ begin\n${lines.join('')}@@intendant:n@@ end\n`;
}

describe('facts', () => {
  it('are read from a complete answer', () => {
    expect(parseFacts(framed(FACTS), 'n')).toEqual({
      ...FACTS,
      cpus: 2,
      memoryKb: 4096,
      diskBytes: 1024,
      uptimeSeconds: 7,
      rebootRequired: false,
      hostTime: 1795309067,
    });
  });

  it.each([
    ['no number of processors', { cpus: 'many' }],
    ['a boot id that is a path', { bootId: '../../etc/passwd' }],
    ['no word on whether a reboot is wanted', { rebootRequired: 'maybe' }],
    ['a negative uptime', { uptimeSeconds: '-7' }],
  ])('are refused with %s', (_what, wrong) => {
    expect(parseFacts(framed({ ...FACTS, ...wrong }), 'n')).toBeUndefined();
  });

  it('are cleaned and cut', () => {
    const facts = parseFacts(framed({ ...FACTS, os: 'deb\u202eian', kernel: 'k'.repeat(5000) }), 'n');

    expect(facts).toMatchObject({ os: 'debian', kernel: expect.stringMatching(/^k{200}…$/) });
  });
});

describe('the sighting of a step', () => {
  const output = Buffer.from('done\u001b[31m\n').toString('base64');

  it.each([
    [
      { state: 'absent', bootId: BOOT },
      { state: 'absent', bootId: BOOT },
    ],
    [
      { state: 'started', bootId: BOOT },
      { state: 'started', bootId: BOOT },
    ],
    [
      { state: 'foreign', bootId: BOOT },
      { state: 'foreign', bootId: BOOT },
    ],
    [
      { state: 'boot-changed', bootId: BOOT },
      { state: 'boot-changed', bootId: BOOT },
    ],
    [
      { state: 'running', bootId: BOOT, startedBoot: BOOT, dropped: '', output: '' },
      { state: 'running', bootId: BOOT, startedBoot: BOOT, output: '' },
    ],
    [
      { state: 'done', bootId: BOOT, startedBoot: BOOT, exitCode: '3', dropped: '5', output },
      { state: 'done', bootId: BOOT, startedBoot: BOOT, exitCode: 3, droppedBytes: 5, output: 'done\n' },
    ],
    [
      { state: 'interrupted', bootId: BOOT, startedBoot: EARLIER },
      { state: 'interrupted', bootId: BOOT, startedBoot: EARLIER, output: '' },
    ],
    [
      { state: 'interrupted', bootId: BOOT, startedBoot: '' },
      { state: 'interrupted', bootId: BOOT, startedBoot: '', output: '' },
    ],
    [
      { state: 'error', message: 'disk full' },
      { state: 'error', message: 'disk full' },
    ],
  ])('reads %o', (fields, sighting) => {
    expect(parseStepSighting(framed(fields as Record<string, string>), 'n')).toEqual(sighting);
  });

  it.each([
    [{ state: 'unheard of', bootId: BOOT }],
    [{ state: 'done', bootId: BOOT, startedBoot: BOOT, exitCode: '' }],
    [{ state: 'done', bootId: BOOT, startedBoot: BOOT, exitCode: '-1' }],
    [{ state: 'started', bootId: '$(reboot)' }],
    [{ bootId: BOOT }],
  ])('does not take %o for an answer', (fields) => {
    expect(parseStepSighting(framed(fields as Record<string, string>), 'n')).toBeUndefined();
  });
});

describe('the answer of a check', () => {
  it('is its exit code and its output', () => {
    const output = Buffer.from('fine\n').toString('base64');

    expect(parseCheck(framed({ exitCode: '0', output }), 'n')).toEqual({ exitCode: 0, output: 'fine\n' });
  });

  it('is none without an exit code', () => {
    expect(parseCheck(framed({ output: '' }), 'n')).toBeUndefined();
  });
});

describe('the answer of an upload', () => {
  it('says that the file stands, or why it does not', () => {
    expect(parseUpload(framed({ state: 'written' }), 'n')).toEqual({ written: true });
    expect(parseUpload(framed({ state: 'error', message: 'disk full' }), 'n')).toEqual({
      written: false,
      why: 'disk full',
    });
    expect(parseUpload('noise', 'n')).toBeUndefined();
  });
});

describe('a refusal of sudo', () => {
  it.each([
    'sudo: a password is required\n',
    'sudo: a terminal is required to read the password',
    'sh: 1: sudo: not found\n',
    'bash: line 1: sudo: command not found',
    'deploy is not in the sudoers file.\n',
    'Sorry, user deploy may not run sudo on web-1.',
    'Sorry, user deploy is not allowed to execute ...',
  ])('is seen in %j', (stderr) => {
    expect(sudoRefused(stderr)).toBe(true);
  });

  it('is not seen in the output of a command', () => {
    expect(sudoRefused('sh: 3: setsid: not found')).toBe(false);
  });
});
