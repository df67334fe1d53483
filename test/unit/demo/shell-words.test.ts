import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { command, renderCommand } from '../../../reconciler/hosts/command.ts';
import { ShellSyntax, splitWords } from '../../../reconciler/demo/shell-words.ts';

describe('splitWords', () => {
  it.each([
    ['a  b\tc', ['a', 'b', 'c']],
    [`'a b' "c d" e\\ f`, ['a b', 'c d', 'e f']],
    [`'it'\\''s'`, ["it's"]],
    [`"a \\"b\\" \\x"`, ['a "b" \\x']],
    [`'' ""`, ['', '']],
    [`a # the rest is a comment`, ['a']],
    [`a#b`, ['a#b']],
    [`'two\nlines' x`, ['two\nlines', 'x']],
  ])('reads %j as a shell does', (line, words) => {
    const split = splitWords(line);

    expect(split).toEqual(words);
  });

  it('gives back the words of every command that the product can render', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.string({ unit: 'binary' }).filter((word) => !word.includes('\0')),
          { minLength: 1, maxLength: 6 },
        ),
        (words) => {
          expect(splitWords(renderCommand(command(...words)))).toEqual(words);
        },
      ),
    );
  });

  it.each(['a | b', 'a; b', 'a $(b)', 'a `b`', '"a `b`"', 'a > b', '$HOME', 'a *', "'open", '"open', 'a \\'])(
    'refuses %j rather than guess',
    (line) => {
      expect(() => splitWords(line)).toThrow(ShellSyntax);
    },
  );

  it('expands "$@" to the arguments as they are, a word each', () => {
    const words = splitWords('exec "$@" end', { zero: 'script', args: ['a b', '$(c)', ''] });

    expect(words).toEqual(['exec', 'a b', '$(c)', '', 'end']);
  });

  it('expands positional parameters where there are some', () => {
    const words = splitWords('$0 "$1" $2 $# $@ "${1}x"', { zero: 'script', args: ['a b', 'c'] });

    expect(words).toEqual(['script', 'a b', 'c', '2', 'a b', 'c', 'a bx']);
  });
});
