import { describe, expect, it } from 'vitest';
import { checkCommand } from '../../../reconciler/hosts/check.ts';
import { stepReadCommand, stepStartCommand } from '../../../reconciler/hosts/guarded-step.ts';
import { uploadCommand } from '../../../reconciler/hosts/upload.ts';
import { Sensitive } from '../../../reconciler/model/sensitive.ts';

const call = { user: 'root', nonce: 'n' };
const place = { stepsRoot: '/var/lib/intendant/prod/steps', stepId: 'prod.restart.web-1.act', digest: 'sha256:aa' };

describe('the command of a step', () => {
  it.each(['', '.', '..', 'a/b', 'a..b', '-a', 'A', 'a b', 'a\n', 'x'.repeat(300)])('refuses the id %j', (stepId) => {
    expect(() => stepReadCommand(call, { ...place, stepId })).toThrow(/step id/);
  });

  it.each(['', '/', 'relative', '/a/../b', '/a//b', '/a b', "/a'", '/.hidden'])(
    'refuses the folder %j',
    (stepsRoot) => {
      expect(() => stepReadCommand(call, { ...place, stepsRoot })).toThrow(/folder for steps/);
    },
  );

  it('masks secret arguments and sends the script over standard input only', () => {
    const action = { kind: 'script' as const, script: 'echo "$1"', args: [new Sensitive('hunter2')] };

    const verb = stepStartCommand(call, { ...place, action, timeoutSeconds: 5 });

    expect(verb.shown).toBe(
      'intendant-step-start /var/lib/intendant/prod/steps prod.restart.web-1.act - sha256:aa 65536 5 script (sensitive)',
    );
    expect(verb.stdin).toBe('echo "$1"\n# intendant-end n\n');
  });

  it('never keeps more than a mebibyte of output', () => {
    const verb = stepStartCommand(call, {
      ...place,
      action: { kind: 'reboot' },
      timeoutSeconds: 0.2,
      maxOutputBytes: 1e9,
    });

    expect(verb.shown).toMatch(/ 1048576 1 reboot$/);
  });
});

describe('the command of a check', () => {
  it.each([[[]], [['']], [['--help']], [['a\0b']]])('refuses %j', (argv) => {
    expect(() => checkCommand(call, { argv, timeoutSeconds: 1 })).toThrow(
      expect.objectContaining({ code: 'BAD_CHECK' }),
    );
  });
});

describe('the command of an upload', () => {
  it.each(['', 'relative', '/a/../b', '/a/./b', '/a//b', '/a/', '/a\nb'])('refuses the path %j', (path) => {
    expect(() => uploadCommand(call, { path, content: Buffer.alloc(0), mode: 0o600 })).toThrow(
      /not absolute and plain/,
    );
  });

  it('refuses a mode that is none', () => {
    expect(() => uploadCommand(call, { path: '/a', content: Buffer.alloc(0), mode: 0o10000 })).toThrow(/mode/);
  });
});
