import fc from 'fast-check';
import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import { stableYaml, type YamlMap } from '../../../reconciler/status/stable-yaml.ts';

const json = fc.jsonValue({ maxDepth: 4 }).map((value) => JSON.parse(JSON.stringify(value)) as YamlMap[string]);
const map = fc.dictionary(fc.string({ maxLength: 40 }), json).map((value) => ({ ...value }));

/** The same value with the keys of every map the other way round. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, reversed(member)]),
  );
}

describe('stableYaml', () => {
  it('is read back as the same value by a YAML 1.2 reader', () => {
    fc.assert(
      fc.property(map, (value) => {
        expect(parse(stableYaml(value))).toEqual(value);
      }),
      { numRuns: 500 },
    );
  });

  it('is read back as the same value by a YAML 1.1 reader, which takes more words for something else', () => {
    const words = fc.constantFrom(
      'no',
      'Yes',
      'ON',
      'y',
      '~',
      '12:30',
      '1_000',
      '0o14',
      '.inf',
      '2026-01-02',
      '=',
      '<<',
      'e0',
    );
    fc.assert(
      fc.property(fc.dictionary(words, fc.oneof(words, fc.string())), (value) => {
        expect(parse(stableYaml({ ...value }), { version: '1.1', merge: false })).toEqual({ ...value });
      }),
    );
  });

  it('gives the same bytes whatever the order of the keys', () => {
    fc.assert(
      fc.property(map, (value) => {
        expect(stableYaml(reversed(value) as YamlMap)).toBe(stableYaml(value));
      }),
    );
  });

  it('never holds a raw control character or a line separator', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 20 }), (text) => {
        expect(stableYaml({ text })).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\ufeff]/);
      }),
    );
  });

  it('leaves out members that are undefined', () => {
    expect(stableYaml({ a: undefined, b: { c: undefined }, d: [] })).toBe('b: {}\nd: []\n');
  });

  it('quotes what another reader could take for a number, a time or a truth', () => {
    const text = stableYaml({ a: 'no', b: '12', c: '2026-01-02', d: 'main@sha1:ab12', e: 'a: b', f: 'plain words' });

    expect(text).toBe('a: "no"\nb: "12"\nc: "2026-01-02"\nd: main@sha1:ab12\ne: "a: b"\nf: plain words\n');
  });
});
