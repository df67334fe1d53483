import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newNonce, parseFrame, wholeNumber } from '../../../reconciler/hosts/frame.ts';

const NONCE = 'n0';
const FRAME = '@@intendant:n0@@ begin\nstate=done\nempty=\ntext=a=b c\n@@intendant:n0@@ end\n';

describe('the frame of an answer', () => {
  it('gives the fields between its marks', () => {
    const fields = parseFrame(FRAME, NONCE);

    expect(Object.fromEntries(fields!)).toEqual({ state: 'done', empty: '', text: 'a=b c' });
  });

  it('is found in any noise', () => {
    const noise = fc.string({ maxLength: 300 }).filter((text) => !text.includes('@@intendant'));

    fc.assert(
      fc.property(noise, noise, (before, after) => {
        const fields = parseFrame(`${before}\n${FRAME}${after}`, NONCE);
        expect(fields?.get('state')).toBe('done');
      }),
    );
  });

  it('is not made up from garbage', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 500, unit: 'binary' }), (garbage) => {
        expect(parseFrame(garbage, NONCE)).toBeUndefined();
      }),
    );
  });

  it('is not taken from another command', () => {
    expect(parseFrame('@@intendant:other@@ begin\nstate=done\n@@intendant:other@@ end\n', NONCE)).toBeUndefined();
  });

  it('counts only when it is complete', () => {
    for (let cut = 0; cut < FRAME.length - 1; cut++) expect(parseFrame(FRAME.slice(0, cut), NONCE)).toBeUndefined();
  });

  it('keeps the first of two equal keys and passes over what is no field', () => {
    const fields = parseFrame(FRAME.replace('empty=', 'state=absent\nnoise\n=x\n__proto__=y'), NONCE);

    expect([...fields!.keys()]).toEqual(['state', 'text']);
    expect(fields!.get('state')).toBe('done');
  });

  it('has a nonce that nobody can guess', () => {
    expect(newNonce()).toMatch(/^[0-9a-f]{24}$/);
    expect(newNonce()).not.toBe(newNonce());
  });
});

describe('a whole number', () => {
  it.each([
    ['0', 0],
    ['270553174016', 270553174016],
  ])('is read from %s', (text, number) => {
    expect(wholeNumber(text)).toBe(number);
  });

  it.each([undefined, '', '-1', '1.5', '1e3', '0x10', ' 1', '9'.repeat(17), '9'.repeat(16)])(
    'is not read from %s',
    (text) => {
      expect(wholeNumber(text)).toBeUndefined();
    },
  );
});
