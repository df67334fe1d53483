import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Command, Errors, Parser, type Interfaces } from '@oclif/core';
import { demand, type Target } from '../target.ts';

const COMMANDS = join(import.meta.dirname, '../../../cli/commands');
let commands: readonly (typeof Command)[] | undefined;

/** The command line: one argument a line, given to every command. Nothing is run. */
export const argumentsTarget: Target = {
  name: 'arguments',
  async read(input) {
    commands ??= await loadCommands();
    const argv = input.toString('utf8').split('\n').slice(0, 50);
    for (const command of commands) await parse(command, argv);
  },
};

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
    const code = error.oclif.exit ?? 2;
    demand([0, 1, 2].includes(code), `exit code ${code}`);
  }
}
