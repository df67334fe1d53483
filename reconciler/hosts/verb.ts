import { command, showCommand } from './command.ts';
import type { CommandBit, CommandLine } from './command.ts';
import { asRoot } from './sudo.ts';
import type { StandardInput } from './transport.ts';

/** The commands that the product sends to hosts. */
export type Verb = 'facts' | 'step-start' | 'step-read' | 'check' | 'upload' | 'look';

/** A command of the verb protocol, ready to be rendered. */
export interface VerbCommand {
  readonly verb: Verb;
  readonly line: CommandLine;
  readonly nonce: string;
  /** For people and logs: the name and the arguments without the script's text; secrets masked. */
  readonly shown: string;
  /** Sent to its standard input. */
  readonly stdin?: StandardInput;
}

/** `sh -c '<script>' intendant-<verb> <nonce> <args…>`, through sudo when `user` is not root. */
export function verbCommand(
  verb: Verb,
  script: string,
  call: { user: string; nonce: string; args: readonly CommandBit[]; stdin?: StandardInput },
): VerbCommand {
  const name = `intendant-${verb}`;
  return {
    verb,
    line: asRoot(call.user, command('sh', '-c', script, name, call.nonce, ...call.args)),
    nonce: call.nonce,
    shown: showCommand(asRoot(call.user, command(name, ...call.args))),
    stdin: call.stdin,
  };
}
