import type { Verb } from './faults.ts';
import { ShellSyntax, splitWords } from './shell-words.ts';

/** A command line as a simulated host understands it. */
export interface ParsedCommand {
  verb: Verb;
  /** What follows the name `intendant-<verb>`, or all words of any other command. */
  args: string[];
  /** It came through `sudo -n --`. */
  sudo: boolean;
}

const VERBS: readonly Verb[] = ['facts', 'step-start', 'step-read', 'check', 'upload', 'look'];

/**
 * Reads `[sudo -n --] sh -c '<script>' intendant-<verb> args…`. The script's text is not looked at: the simulated host
 * does what the verb says. Everything else is `other`. Throws ShellSyntax for what is no simple command.
 */
export function parseCommandLine(line: string): ParsedCommand {
  const words = splitWords(line);
  const sudo = words[0] === 'sudo' && words[1] === '-n' && words[2] === '--';
  const rest = sudo ? words.slice(3) : words;
  const [shell, option, script, name, ...args] = rest;
  const verb = VERBS.find((known) => name === `intendant-${known}`);
  if (shell === 'sh' && option === '-c' && script && verb) return { verb, args, sudo };
  if (rest.length === 0) throw new ShellSyntax('there is no command');
  return { verb: 'other', args: rest, sudo };
}
