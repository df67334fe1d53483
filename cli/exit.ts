import { Errors } from '@oclif/core';
import { EXIT } from './exit-codes.ts';
import { explainError, renderError } from './output/explain-error.ts';
import type { OutputFormat } from './output/document.ts';
import { paintFor } from './output/paint.ts';
import { terminalOf } from './output/terminal.ts';

/** Says on stderr what went wrong, once, and answers the exit code. An `exit` that a command asked for says nothing. */
export async function exitCodeOf(
  thrown: unknown,
  argv: readonly string[],
  commands: readonly string[],
): Promise<number> {
  if (thrown instanceof Errors.ExitError) return thrown.oclif.exit ?? EXIT.error;
  const { color } = terminalOf(process.stderr, process.env);
  const debug = Boolean(process.env['DEBUG']);
  const text = await renderError(thrown, { format: formatOf(argv), paint: paintFor(color), debug, commands });
  process.stderr.write(`${text}\n`);
  const { exitCode } = explainError(thrown);
  return exitCode === EXIT.usage && argv.includes('--detailed-exitcode') ? EXIT.error : exitCode;
}

/** The output format that a command line asks for, read without the parser since the parser may be what failed. */
function formatOf(argv: readonly string[]): OutputFormat {
  const asked = argv.flatMap((word, at) => {
    if (word === '-o' || word === '--output') return [argv[at + 1]];
    const [, value] = /^(?:--output=|-o=?)(\w+)$/.exec(word) ?? [];
    return value === undefined ? [] : [value];
  });
  return asked.at(-1) === 'json' ? 'json' : asked.at(-1) === 'yaml' ? 'yaml' : 'table';
}
