import { cleanBytes } from './clean-text.ts';
import { InvalidInput } from '../model/errors.ts';
import { parseFrame, wholeNumber } from './frame.ts';
import { CHECK_SCRIPT } from './scripts/check.ts';
import { verbCommand } from './verb.ts';
import type { VerbCommand } from './verb.ts';

/** A check command: declared repeatable, run on the host; exit code 0 = pass. */
export interface CheckRequest {
  argv: readonly string[];
  /** Whole seconds, at least 1; then its process group is killed and the exit code is 124. */
  timeoutSeconds: number;
}

export interface CheckAnswer {
  exitCode: number;
  /** Standard output and error together, the first 4 kB, cleaned. */
  output: string;
}

/** Throws InvalidInput `BAD_CHECK` for a command that cannot be run as written. */
export function checkCommand(call: { user: string; nonce: string }, request: CheckRequest): VerbCommand {
  const [program] = request.argv;
  if (!program || program.startsWith('-') || request.argv.some((word) => word.includes('\0'))) {
    throw new InvalidInput('A check command names no program.', {
      code: 'BAD_CHECK',
      hint: 'The first word of command is the program to run, such as /usr/bin/test or systemctl.',
    });
  }
  const seconds = String(Math.max(1, Math.ceil(request.timeoutSeconds)));
  return verbCommand('check', CHECK_SCRIPT, { ...call, args: [seconds, '--', ...request.argv] });
}

/** Reads the answer; undefined when it is no complete one. */
export function parseCheck(output: string, nonce: string): CheckAnswer | undefined {
  const fields = parseFrame(output, nonce);
  const exitCode = wholeNumber(fields?.get('exitCode'));
  if (!fields || exitCode === undefined) return undefined;
  return { exitCode, output: cleanBytes(Buffer.from(fields.get('output') ?? '', 'base64')) };
}
