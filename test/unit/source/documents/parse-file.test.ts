import { describe, expect, it } from 'vitest';
import { parseFile } from '../../../../reconciler/source/documents/parse-file.ts';
import type { ParsedFile } from '../../../../reconciler/source/source.ts';
import { cpuTimeOf } from '../../../support/cpu-time.ts';

function parse(text: string): ParsedFile {
  return parseFile('0'.repeat(40), Buffer.from(text));
}

function codes(text: string): string[] {
  return parse(text).diagnostics.map(({ code }) => code);
}

const HOST = `apiVersion: intendant/v1
kind: Host
metadata:
  name: web-1
  labels: { role: web }
spec:
  address: 10.20.0.11
  cluster: web
  jumpHost: bastion
`;

describe('parseFile', () => {
  it('reads a document with the places that cross-checks name', () => {
    const { documents, diagnostics } = parse(`# a comment\n${HOST}`);

    expect(diagnostics).toEqual([]);
    expect(documents).toMatchObject([
      {
        apiVersion: 'intendant/v1',
        kind: 'Host',
        name: 'web-1',
        labels: { role: 'web' },
        spec: { address: '10.20.0.11', cluster: 'web', jumpHost: 'bastion' },
        line: 2,
        valid: true,
        positions: {
          '/metadata/name': [5, 9],
          '/spec/address': [8, 12],
          '/spec/cluster': [9, 12],
          '/spec/jumpHost': [10, 13],
        },
      },
    ]);
  });

  it('gives the same digest wherever and however the same is written', () => {
    const [first] = parse(HOST).documents;
    const [second] = parse(`---\n# moved\n${HOST.replace('{ role: web }', '\n    "role": "web"')}`).documents;

    expect(second!.digest).toBe(first!.digest);
    expect(parse(HOST.replace('10.20.0.11', '10.20.0.12')).documents[0]!.digest).not.toBe(first!.digest);
  });

  it('returns a document with errors when it can be told what it is, and says to which cluster it belongs', () => {
    const { documents, diagnostics } = parse(HOST.replace('address', 'adress'));

    expect(documents).toMatchObject([{ kind: 'Host', name: 'web-1', valid: false, spec: { cluster: 'web' } }]);
    expect(diagnostics).toMatchObject([{ line: 7, column: 3, key: 'Host/web-1', cluster: 'web', file: '' }]);
  });

  it('points at the parent of a missing field', () => {
    const { diagnostics } = parse(HOST.replace('  address: 10.20.0.11\n', ''));

    expect(diagnostics).toMatchObject([{ code: 'missing-field', line: 6, column: 1 }]);
  });

  it('keeps reading the other documents of a file', () => {
    const { documents, diagnostics } = parse(`- a\n---\n${HOST}---\n# nothing\n---\nkind: {}\n`);

    expect(documents.map(({ name }) => name)).toEqual(['web-1']);
    expect(diagnostics.map(({ line }) => line)).toEqual([1, 15, 15]);
  });

  it('reads words of YAML 1.1 as texts', () => {
    const text = HOST.replace('{ role: web }', '{ a: no, b: on, c: 12:30, d: 1_000 }');

    expect(parse(text).documents[0]!.labels).toEqual({ a: 'no', b: 'on', c: '12:30', d: '1_000' });
  });

  it('takes a byte order mark and Windows line ends', () => {
    const { documents, diagnostics } = parse(`\uFEFF${HOST.replaceAll('\n', '\r\n')}`);

    expect(diagnostics).toEqual([]);
    expect(documents[0]!.positions['/spec/cluster']).toEqual([8, 12]);
  });

  it.each([
    ['a tag', 'x: !foo y', 'unknown-tag'],
    ['a known tag of another schema', 'x: !!binary aGk=', 'unknown-tag'],
    ['an anchor', 'x: &a y', 'anchor'],
    ['an anchor and nothing else', '&a', 'anchor'],
    ['a tag and nothing else', '---\n!!null\n', 'not-a-map'],
    ['an alias', 'x: &a y\nz: *a', 'alias'],
    ['a merge key', '<<: { a: b }', 'merge-key'],
    ['a repeated key', 'x: 1\nx: 2', 'duplicate-key'],
    ['a key that is a list', '? [a]\n: b', 'key-not-text'],
    ['an empty key', ': b', 'key-not-text'],
    ['a key that is a prototype', '__proto__: { a: b }', 'key-not-text'],
    ['an integer beyond 2^53', 'x: 9007199254740993', 'number-too-large'],
    ['infinity', 'x: .inf', 'not-a-number'],
    ['a line that ends as on an old Macintosh', '# a comment\rkind: Host\r', 'control-character'],
    ['a control character', 'x: "\\0"', 'control-character'],
    ['half a character', 'x: "\\uD800"', 'control-character'],
    ['a YAML version', '%YAML 1.1\n---\nx: y', 'yaml-version'],
    ['a syntax error', 'x: [', 'yaml-syntax'],
  ])('refuses %s', (_, text, code) => {
    expect(codes(text)).toContain(code);
  });

  it('says where a file stops being UTF-8', () => {
    const bytes = Buffer.concat([Buffer.from('a: b\nc: '), Buffer.from([0xff, 0xfe])]);

    expect(parseFile('x', bytes).diagnostics).toMatchObject([{ code: 'not-utf8', line: 2, column: 4 }]);
  });
});

/** CVE lessons: GHSA-jhqp-vf4w-rpwq, CVE-2024-32476, CVE-2022-24878, js-yaml #738 #739 #742 #652. */
describe('Hostile documents', () => {
  const MEBIBYTE = 1024 * 1024;

  it('CVE-2024-32476: a file over 1 MiB is refused unread', () => {
    expect(codes(' '.repeat(MEBIBYTE + 1))).toEqual(['file-too-large']);
  });

  it.each(['[', '{', '- ', '? ', '[a,', '{a: ', 'a: [', ': '])(
    'js-yaml #738: a mebibyte of %j is too deep, in no time',
    async (part) => {
      const found: string[] = [];

      const took = await cpuTimeOf(() => found.push(...codes(part.repeat(MEBIBYTE / part.length))));

      expect(found).toEqual(['too-deep']);
      expect(took).toBeLessThan(2000);
    },
  );

  it('js-yaml #739: nesting by indentation is too deep as well', () => {
    const text = Array.from({ length: 200 }, (_, depth) => `${' '.repeat(depth)}a:\n`).join('');

    expect(codes(text)).toEqual(['too-deep']);
  });

  it('allows 60 levels', () => {
    expect(codes(`${'['.repeat(60)}${']'.repeat(60)}`)).toEqual(['not-a-map']);
  });

  it('GHSA-jhqp-vf4w-rpwq: aliases do not expand', () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let level = 1; level < 12; level++) {
      lines.push(`a${level}: &a${level} [${Array.from({ length: 10 }, () => `*a${level - 1}`).join(', ')}]`);
    }

    const file = parse(lines.join('\n'));

    expect(file.documents).toEqual([]);
    expect(new Set(file.diagnostics.map(({ code }) => code))).toContain('alias');
    expect(JSON.stringify(file).length).toBeLessThan(200_000);
  });

  it('more than 2,000 documents are refused, and 2,000 are not', () => {
    expect(codes('---\na: b\n'.repeat(2001))).toEqual(['too-many-documents']);
    expect(codes('---\n'.repeat(1999))).toEqual([]);
  });

  it.each(['!a ', '&a ', '"', '#\n', 'a: b\n', '%a\n', '[]', '*a ', '- a\n', '- |\n', '<<: a\n', "'"])(
    '64 KiB of %j end, with few diagnostics',
    (part) => {
      const file = parse(part.repeat(65_536 / part.length));

      expect(file.documents).toEqual([]);
      expect(file.diagnostics.length).toBeLessThanOrEqual(201);
    },
    30_000,
  );

  it('a mebibyte of small parts is refused before it is read to its end', () => {
    expect(codes('a: b\n'.repeat(MEBIBYTE / 5))).toEqual(['too-many-parts']);
  });

  it('many different keys in one map are read in linear time', async () => {
    const text = Array.from({ length: 20_000 }, (_, index) => `k${index}: 1\n`).join('');
    const found: string[] = [];

    const took = await cpuTimeOf(() => found.push(...codes(text)));

    expect(found.length).toBeLessThanOrEqual(201);
    expect(took).toBeLessThan(10_000);
  });

  it('CVE-2022-24348: messages never carry more than a glimpse of what was found', () => {
    const secret = 'x'.repeat(500);

    const [diagnostic] = parse(HOST.replace('10.20.0.11', `"${secret} ${secret}"`)).diagnostics;

    expect(diagnostic!.message.length).toBeLessThan(200);
  });
});
