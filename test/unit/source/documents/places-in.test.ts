import { describe, expect, it } from 'vitest';
import { parseFile } from '../../../../reconciler/source/documents/parse-file.ts';

const profile = (spec: string): string =>
  `apiVersion: intendant/v1\nkind: HostProfile\nmetadata: { name: p }\nspec:\n${spec}`;
const positionsOf = (text: string): Record<string, unknown> =>
  parseFile('0'.repeat(40), Buffer.from(text)).documents[0]!.positions;

describe('The places of a document', () => {
  it('are those of every value, and of the first line of a block of text', () => {
    const positions = positionsOf(profile('  files:\n    - path: /a\n      template: |\n        one\n        two\n'));

    expect(positions).toMatchObject({
      '/spec/files': [6, 5],
      '/spec/files/0': [6, 7],
      '/spec/files/0/path': [6, 13],
      '/spec/files/0/template': [7, 17],
      '/spec/files/0/template#text': [8, 9],
    });
  });

  it('begin where the text does, also after empty lines and with a comment at its mark', () => {
    const blocks = ['|\n\n\n        one\n', '|+ # said\n          one\n'];

    const found = blocks.map((block) => positionsOf(profile(`  description: ${block}`))['/spec/description#text']);

    expect(found).toEqual([
      [6, 9],
      [6, 11],
    ]);
  });

  it('do not grow with the product of a long name and many entries', () => {
    const positions = positionsOf(profile(`  ${'k'.repeat(20_000)}: [${'1,'.repeat(20_000)}]\n`));

    expect(JSON.stringify(positions).length).toBeLessThan(10_000);
  });

  it('are not more than so many, however many values there are', () => {
    const positions = positionsOf(profile(`  packages: [${'1,'.repeat(30_000)}]\n`));

    expect(Object.keys(positions).length).toBeLessThanOrEqual(20_000);
    expect(positions['/spec/packages/100']).toBeDefined();
  });

  it('are kept of a few fields only where a kind has thousands of documents', () => {
    const host = 'apiVersion: intendant/v1\nkind: Host\nmetadata: { name: h }\nspec: { address: a, description: x }\n';

    expect(Object.keys(positionsOf(host)).sort()).toEqual(['/kind', '/metadata/name', '/spec/address']);
  });
});
