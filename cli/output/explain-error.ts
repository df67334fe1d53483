import { distance } from 'fastest-levenshtein';
import { IntendantError, messageOf } from '../../reconciler/model/errors.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { outputDocument, serialize, type OutputFormat } from './document.ts';
import type { Paint } from './paint.ts';
import { plainText } from './plain.ts';

/** A failure in the form that is shown: a sentence, what to do about it, and a code for programs. */
export interface ExplainedError {
  code: string;
  message: string;
  hint?: string;
  exitCode: ExitCode;
}

/** What is read of an error that the command line library throws for a wrong command line. */
interface UsageError {
  oclif?: { exit?: number };
  suggestions?: string[];
  parse?: unknown;
}

/** Any thrown value, explained. Wrong command lines exit 2, everything else 1. `commands` are those that exist. */
export function explainError(thrown: unknown, commands: readonly string[] = []): ExplainedError {
  if (thrown instanceof IntendantError) {
    const exitCode =
      thrown.code === 'USAGE' ? EXIT.usage : thrown.code === 'INTERRUPTED' ? EXIT.interrupted : EXIT.error;
    return { code: thrown.code, message: thrown.message, ...(thrown.hint ? { hint: thrown.hint } : {}), exitCode };
  }
  const usage = thrown as UsageError | undefined;
  if (usage?.oclif?.exit === 2 || usage?.parse !== undefined) {
    const [message, ...rest] = messageOf(thrown).split('\nSee more help with --help');
    const [, unknown] = /^command (.*) not found$/.exec(message ?? '') ?? [];
    if (unknown !== undefined) return unknownCommand(unknown.replaceAll(':', ' '), commands);
    const hint = usage.suggestions?.join(' ') ?? 'Add --help to see what this command takes.';
    return { code: 'USAGE', message: sentence((message ?? '') + rest.join('')), hint, exitCode: EXIT.usage };
  }
  return {
    code: 'BUG',
    message: sentence(messageOf(thrown)),
    hint: 'This is a fault of the program; run again with DEBUG=1 to see where it happened.',
    exitCode: EXIT.error,
  };
}

function unknownCommand(command: string, commands: readonly string[]): ExplainedError {
  const [word = ''] = command.split(' ');
  const [nearest] = commands.toSorted((a, b) => distance(a, word) - distance(b, word));
  const close = nearest !== undefined && nearest !== word && distance(nearest, word) <= Math.max(2, word.length / 3);
  const message = commands.includes(word)
    ? `"${word}" takes no "${command.slice(word.length + 1)}".`
    : `There is no command "${command}"${close ? `, did you mean "${nearest}"?` : '.'}`;
  return { code: 'USAGE', message, hint: 'intendant --help lists the commands.', exitCode: EXIT.usage };
}

/** The text for stderr: for people, or a document of kind `Error` where the output is for programs. No stack unless `debug`. */
export async function renderError(
  thrown: unknown,
  options: { format: OutputFormat; paint: Paint; debug: boolean; commands?: readonly string[] },
): Promise<string> {
  const { code, message, hint } = explainError(thrown, options.commands);
  // A document ends up on a terminal as well, and a message may repeat a word that came from anywhere.
  const error = { code, message: plainText(message), ...(hint ? { hint: plainText(hint) } : {}) };
  if (options.format !== 'table') return serialize(outputDocument('Error', { error }), options.format);
  const lines = [`${options.paint('bad', 'Error:')} ${error.message}`];
  if (error.hint) lines.push(`Hint:  ${error.hint}`);
  lines.push(options.paint('quiet', `Code:  ${error.code}`));
  if (options.debug) lines.push(...stacks(thrown));
  return lines.join('\n');
}

function sentence(text: string): string {
  const trimmed = text.trim();
  return /[.!?]$/.test(trimmed) || trimmed.includes('\n') ? trimmed : `${trimmed}.`;
}

function stacks(thrown: unknown): string[] {
  const lines: string[] = [];
  for (let error = thrown; error instanceof Error && lines.length < 5; error = error.cause) {
    lines.push(plainText(error.stack ?? error.message));
  }
  return lines;
}
