import { describe, expect, it } from 'vitest';
import { InvalidInput, Transient } from '../../../reconciler/model/errors.ts';
import { EXIT } from '../../../cli/exit-codes.ts';
import { explainError, renderError } from '../../../cli/output/explain-error.ts';
import { paintFor } from '../../../cli/output/paint.ts';

const asText = { format: 'table', paint: paintFor(false), debug: false } as const;

describe('explainError', () => {
  it('keeps message, hint and code of an error that was thrown on purpose', () => {
    const error = new InvalidInput('The folder is not empty.', {
      code: 'FOLDER_NOT_EMPTY',
      hint: 'Name a new folder.',
    });

    const explained = explainError(error);

    expect(explained).toEqual({
      code: 'FOLDER_NOT_EMPTY',
      message: 'The folder is not empty.',
      hint: 'Name a new folder.',
      exitCode: EXIT.error,
    });
  });

  it('exits 2 for a wrong command line', () => {
    const wrong = Object.assign(new Error('Nonexistent flag: --nope\nSee more help with --help'), {
      oclif: { exit: 2 },
    });

    const explained = explainError(wrong);

    expect(explained).toMatchObject({ code: 'USAGE', message: 'Nonexistent flag: --nope.', exitCode: EXIT.usage });
  });

  it('names the nearest command when a command does not exist', () => {
    const unknown = Object.assign(new Error('command statsu not found'), { oclif: { exit: 2 } });

    const explained = explainError(unknown, ['status', 'get', 'plan']);

    expect(explained.message).toBe('There is no command "statsu", did you mean "status"?');
  });

  it('calls a stranger a fault of the program', () => {
    expect(explainError(new TypeError('x is not a function'))).toMatchObject({ code: 'BUG', exitCode: EXIT.error });
  });

  it('exits 130 when the work was interrupted', () => {
    const interrupted = new Transient('Interrupted.', { code: 'INTERRUPTED' });

    expect(explainError(interrupted).exitCode).toBe(EXIT.interrupted);
  });
});

describe('renderError', () => {
  const error = new InvalidInput('The folder is not empty.', {
    code: 'FOLDER_NOT_EMPTY',
    hint: 'Name a new folder.',
    cause: new Error('the cause'),
  });

  it('says message, hint and code on a line each, and no stack', async () => {
    expect(await renderError(error, asText)).toBe(
      'Error: The folder is not empty.\nHint:  Name a new folder.\nCode:  FOLDER_NOT_EMPTY',
    );
  });

  it('adds stacks and causes when debugging', async () => {
    const text = await renderError(error, { ...asText, debug: true });

    expect(text).toContain('explain-error.test.ts');
    expect(text).toContain('the cause');
  });

  it('is a document of kind Error where the output is for programs', async () => {
    const document: unknown = JSON.parse(await renderError(error, { ...asText, format: 'json' }));

    expect(document).toEqual({
      apiVersion: 'intendant/v1',
      kind: 'Error',
      error: { code: 'FOLDER_NOT_EMPTY', message: 'The folder is not empty.', hint: 'Name a new folder.' },
    });
  });

  it('does not pass control characters on to the terminal', async () => {
    const hostile = new InvalidInput('bad \u001b]0;title\u0007name\u001b[31m.', { code: 'X' });

    expect(await renderError(hostile, asText)).toBe('Error: bad name.\nCode:  X');
  });

  it.each(['table', 'json', 'yaml'] as const)('repeats no word that could steer a terminal, as %s', async (format) => {
    const error = new InvalidInput('no flag --x=\u202e\u001b[2J', { code: 'USAGE', hint: 'leave out \u202e' });

    const text = await renderError(error, { ...asText, format });

    expect(text).toContain('no flag --x=');
    expect(text).not.toMatch(/[\u001b\u202e]/);
  });
});
