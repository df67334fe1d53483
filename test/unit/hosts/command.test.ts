import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { command, quoteWord, renderCommand, ShellWord, showCommand } from '../../../reconciler/hosts/command.ts';
import { Sensitive } from '../../../reconciler/model/sensitive.ts';

describe('a command', () => {
  it('is quoted when it is sent', () => {
    const line = command('echo', "it's", 'a b', '', '$HOME', new ShellWord('>'), '/tmp/x');

    expect(renderCommand(line)).toBe(`echo 'it'\\''s' 'a b' '' '$HOME' > /tmp/x`);
  });

  it('reveals a secret to the host and masks it for people', () => {
    const line = command('login', new Sensitive("pass'word"));

    expect(renderCommand(line)).toBe(`login 'pass'\\''word'`);
    expect(showCommand(line)).toBe('login (sensitive)');
  });

  it('refuses a NUL byte', () => {
    expect(() => quoteWord('a\0b')).toThrow(RangeError);
  });

  it('comes through a shell as it was, whatever its words are', () => {
    const word = fc.string({ unit: 'grapheme', maxLength: 40 }).map((text) => text.replaceAll('\0', '\n'));

    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 8 }), (words) => {
        const text = renderCommand(command('printf', '%s\\0', ...words));
        const seen = execFileSync('/bin/sh', ['-c', text], { encoding: 'utf8' });
        expect(seen.split('\0').slice(0, -1)).toEqual(words);
      }),
      { numRuns: 40 },
    );
  });
});
