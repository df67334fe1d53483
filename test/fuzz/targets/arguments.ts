import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Command, Errors, Parser, type Interfaces } from '@oclif/core';
import { exitCodeOf } from '../../../cli/exit.ts';
import { EXIT } from '../../../cli/exit-codes.ts';
import type { Random } from '../../../reconciler/model/clock.ts';
import { demand, type Target } from '../target.ts';

const COMMANDS = join(import.meta.dirname, '../../../cli/commands');
let commands: readonly (typeof Command)[] | undefined;

const VALUES = [
  '',
  '-',
  '--',
  '-o',
  'json',
  '-ojson',
  '--output=',
  '--output=xml',
  '--help',
  '--version',
  '--no-',
  '=',
  '-1',
  '1e9',
];
const ODD = [
  '..',
  '/',
  '~',
  '@',
  '%s%n',
  '$(x)',
  '\u001b[31m',
  '\u202e',
  '\0',
  '__proto__',
  'x'.repeat(5000),
  'Host/web-1',
];

/** The command line: one argument a line, given to every command, and what is told of it. Nothing is run. */
export const argumentsTarget: Target = {
  name: 'arguments',
  grammar(random) {
    const flags = (commands ?? []).flatMap((command) => Object.keys({ ...command.baseFlags, ...command.flags }));
    return argumentWords(random, flags).join('\n');
  },
  async read(input) {
    commands ??= await loadCommands();
    const argv = input.toString('utf8').split('\n').slice(0, 50);
    for (const command of commands) await parse(command, argv);
    const unknown = new Errors.CLIError(`command ${argv.join(':')} not found`);
    await tell(Object.assign(unknown, { oclif: { exit: 2 } }), argv);
  },
};

/** Up to seven words: flags with and without a value, values, things that nobody means. */
export function argumentWords(random: Random, flags: readonly string[], own: readonly string[] = []): string[] {
  const pick = (of: readonly string[]): string => of[Math.floor(random() * of.length)]!;
  const values = [...VALUES, ...own, ...own];
  const word = (): string => {
    const turn = random();
    if (turn < 0.5 && flags.length > 0)
      return `--${pick(flags)}${random() < 0.4 ? `=${pick([...values, ...ODD])}` : ''}`;
    return pick(turn < 0.8 ? values : ODD);
  };
  return Array.from({ length: Math.floor(random() * 8) }, word);
}

async function loadCommands(): Promise<(typeof Command)[]> {
  const files = readdirSync(COMMANDS, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const modules = await Promise.all(
    files.map((file) => import(join(COMMANDS, file)) as Promise<Record<string, unknown>>),
  );
  const found = modules.flatMap((exported) => Object.values(exported).filter(isCommand));
  demand(found.length > 0, 'there is no command');
  return found;
}

function isCommand(value: unknown): value is typeof Command {
  return typeof value === 'function' && value.prototype instanceof Command;
}

/** As oclif does it; what is wrong with the arguments must end with exit code 2, help and version with 0. */
async function parse(command: typeof Command, argv: string[]): Promise<void> {
  try {
    const options = {
      flags: { ...command.baseFlags, ...command.flags } as Interfaces.FlagInput,
      args: command.args,
      strict: command.strict,
      '--': true,
    };
    await Parser.parse([...argv], options);
  } catch (error) {
    if (!(error instanceof Errors.CLIError)) throw error;
    await tell(error, argv);
  }
}

/** As the program ends: a sentence for people or an object for programs, never the trace of an error that nobody handled. */
async function tell(error: unknown, argv: string[]): Promise<void> {
  const write = process.stderr.write.bind(process.stderr);
  let said = '';
  process.stderr.write = (text: string | Uint8Array): boolean => {
    said += String(text);
    return true;
  };
  let code: number;
  try {
    code = await exitCodeOf(error, argv, ['get', 'status', 'claims:release']);
  } finally {
    process.stderr.write = write;
  }
  demand(USED_CODES.has(code), `exit code ${code}`);
  demandFitToSay(said, argv);
}

/** No trace of an error that nobody handled, nothing that steers a terminal, and not without end. */
export function demandFitToSay(said: string, argv: readonly string[]): void {
  demand(!/^\s+at .*:\d+:\d+\)?$/m.test(said), `a trace: ${said.slice(0, 500)}`);
  demand(
    !/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e]/.test(said),
    `not clean: ${JSON.stringify(said.slice(0, 500))}`,
  );
  demand(said.length < 20_000 + 20 * argv.join('').length, `${said.length} characters were said`);
}

const USED_CODES: ReadonlySet<number> = new Set([EXIT.ok, EXIT.error, EXIT.usage]);
