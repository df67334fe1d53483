import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { outputDocument, serialize } from '../../../cli/output/document.ts';
import { createProgress } from '../../../cli/output/progress.ts';
import { terminalOf } from '../../../cli/output/terminal.ts';
import { eventually } from '../../support/eventually.ts';

describe('terminalOf', () => {
  it('has colour and a width on a terminal', () => {
    expect(terminalOf({ isTTY: true, columns: 120 }, {})).toEqual({ interactive: true, color: true, width: 120 });
  });

  it('has no colour when NO_COLOR is set, and is interactive still', () => {
    expect(terminalOf({ isTTY: true, columns: 120 }, { NO_COLOR: '1' })).toMatchObject({
      interactive: true,
      color: false,
    });
  });

  it('takes an empty NO_COLOR as not set', () => {
    expect(terminalOf({ isTTY: true }, { NO_COLOR: '' }).color).toBe(true);
  });

  it('has neither colour nor width in a pipe', () => {
    expect(terminalOf({}, {})).toEqual({ interactive: false, color: false, width: undefined });
  });
});

describe('serialize', () => {
  const document = outputDocument('Example', { answer: 'no', missing: undefined, count: 2 });

  it('writes JSON with the envelope first', async () => {
    expect(Object.keys(JSON.parse(await serialize(document, 'json')) as object)).toEqual([
      'apiVersion',
      'kind',
      'answer',
      'count',
    ]);
  });

  it('writes YAML that is the same object, with words quoted that older readers take for booleans', async () => {
    const text = await serialize(document, 'yaml');

    expect(text).toContain('answer: "no"');
    expect(parse(text)).toEqual(JSON.parse(await serialize(document, 'json')));
  });
});

describe('createProgress', () => {
  it('writes notes only where nobody watches', () => {
    const written: string[] = [];
    const progress = createProgress({ write: (text) => written.push(text) }, terminalOf({}, {}));

    progress.step('Reading the repository');
    progress.note('Read 3 files.');
    progress.stop();

    expect(written).toEqual(['Read 3 files.\n']);
  });

  it('shows a line that moves on a terminal, and takes it away at the end', async () => {
    const written: string[] = [];
    const progress = createProgress({ write: (text) => written.push(text) }, terminalOf({ isTTY: true }, {}));

    progress.step('Reading the repository');
    await eventually(() => written.some((text) => text.includes('Reading the repository')));
    progress.stop();

    expect(written.at(-1)).toBe('\r\u001b[2K');
  });
});
