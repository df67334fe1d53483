import { describe, expect, it } from 'vitest';
import { MAX_FILE, parseSafeYaml } from '../../../reconciler/status/safe-yaml.ts';

describe('a file of the status branch', () => {
  it('is the map that it holds', () => {
    expect(parseSafeYaml('x.yaml', 'a: { b: [1, null, yes] }\n"1": x\n')).toEqual({
      a: { b: [1, null, 'yes'] },
      1: 'x',
    });
  });

  it('may hold as many keys as a file has room for', () => {
    const hosts = Array.from({ length: 20_000 }, (_, index) => `  host-${index}: ok`);

    const { outcomes } = parseSafeYaml('x.yaml', `outcomes:\n${hosts.join('\n')}\n`);

    expect(Object.keys(outcomes as object)).toHaveLength(20_000);
  });

  it.each([
    ['a key twice', 'a: 1\na: 2\n'],
    ['a key twice, further down', 'a:\n  - b: { c: 1, d: 2, c: 3 }\n'],
    ['a key twice, as a number and as a text', '1: a\n"1": b\n'],
    ['a syntax error', 'a: [\n'],
    ['values without a name', `a: ${'"'.repeat(200)}\n`],
    ['two documents', 'a: 1\n---\na: 1\n'],
    ['an alias', 'a: &x { b: 1 }\nc: *x\n'],
    ['a tag', 'a: !!js/function x\n'],
    ['no map', '- a\n'],
    ['nothing', ''],
    ['more than a file may be long', `a: ${'x'.repeat(MAX_FILE)}\n`],
    ['maps in maps, forty deep', `${'{a: '.repeat(40)}1${'}'.repeat(40)}`],
    ['lists in lists, forty deep', `a: ${'['.repeat(40)}${']'.repeat(40)}`],
    ['maps without end', '{a: '.repeat(200)],
    ['keys without end', '? '.repeat(2000)],
    ['a key that is a map', '? { a: 1 }\n: 2\n'],
    ['a prototype', '__proto__: { a: 1 }\n'],
  ])('is refused where it holds %s', (_what, text) => {
    expect(() => parseSafeYaml('x.yaml', text)).toThrow(expect.objectContaining({ code: 'STATUS_FILE_UNREADABLE' }));
  });
});
