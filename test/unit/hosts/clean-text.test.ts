import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanBytes, cleanLine, cleanText } from '../../../reconciler/hosts/clean-text.ts';
import { CappedOutput } from '../../../reconciler/hosts/output.ts';
import { cpuTimeOf } from '../../support/cpu-time.ts';

describe('output of a host', () => {
  it.each([
    ['colours', '\u001b[1;31mred\u001b[0m', 'red'],
    ['a terminal title', '\u001b]0;owned\u0007text', 'text'],
    ['a hyperlink', '\u001b]8;;http://x\u001b\\link\u001b]8;;\u001b\\', 'link'],
    ['an eight-bit sequence', '\u009b2Jtext', 'text'],
    ['a cleared screen', '\u001bc\u001b[2Jtext', 'text'],
    ['a string that never ends, to the end of its line', '\u001b]0;owned\nnext', '\nnext'],
    ['bells, backspaces and NUL', 'a\u0007b\u0008c\u0000d', 'abcd'],
    ['direction overrides', 'user\u202egnp.exe\u2066x', 'usergnp.exex'],
    ['zero-width and tag characters', 'a\u200bb\ufeffc\u{e0041}d', 'abcd'],
    ['line separators', 'a\u2028b', 'ab'],
    ['carriage returns', 'one\r\ntwo\rthree', 'one\ntwo\nthree'],
  ])('loses %s', (_what, dirty, clean) => {
    expect(cleanText(dirty)).toBe(clean);
  });

  it('keeps newlines, tabs and the letters of every script', () => {
    const text = 'a\tb\nÄpfel 日本語 עברית 👍 ok';

    expect(cleanText(text)).toBe(text);
  });

  it('has nothing left to clean after it was cleaned', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        const clean = cleanText(text);

        expect(clean).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
      }),
    );
  });

  it('is cleaned in time that grows with its length alone', async () => {
    const took = await cpuTimeOf(() => cleanText('\u001b]'.repeat(100_000)));

    expect(took).toBeLessThan(1000);
  });

  it('shows faults of UTF-8 and leaves out a character that was cut', () => {
    expect(cleanBytes(Buffer.from([0x61, 0xff, 0x62]))).toBe('a\ufffdb');
    expect(cleanBytes(Buffer.from('aé').subarray(0, 2))).toBe('a');
  });

  it('becomes one short line for a message', () => {
    expect(cleanLine('  one\n\ttwo\u001b[0m  ')).toBe('one two');
    expect(cleanLine('x'.repeat(300))).toBe(`${'x'.repeat(200)}…`);
  });
});

describe('capped output', () => {
  it('keeps the first bytes and counts the rest', () => {
    const output = new CappedOutput(5);

    output.add(Buffer.from('abc'));
    output.add(Buffer.from('defg'));
    output.add(Buffer.from('hi'));

    expect(output.text()).toBe('abcde');
    expect(output.dropped).toBe(4);
  });

  it('puts characters together that came in pieces', () => {
    const output = new CappedOutput(100);
    const bytes = Buffer.from('日本');

    for (const byte of bytes) output.add(Uint8Array.of(byte));

    expect(output.text()).toBe('日本');
  });
});
