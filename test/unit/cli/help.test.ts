import { Parser } from '@oclif/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadCommands, type CommandClass } from '../../support/cli/commands.ts';

let commands: Map<string, CommandClass>;
beforeAll(async () => {
  commands = await loadCommands();
});

/** The command lines among the examples of a command. */
function examplesOf(command: CommandClass): string[] {
  return (command.examples ?? []).map((example) => (typeof example === 'string' ? example : example.command));
}

describe('help', () => {
  it('has a summary and at least one example for every command', () => {
    const poor = [...commands].filter(([, command]) => !command.summary || examplesOf(command).length === 0);

    expect(poor.map(([name]) => name)).toEqual([]);
  });

  it('has a sentence for every flag and argument', () => {
    const silent = [...commands].flatMap(([name, command]) => [
      ...Object.entries({ ...command.baseFlags, ...command.flags })
        .filter(([, flag]) => !/\.$/.test(flag.summary ?? ''))
        .map(([flag]) => `${name} --${flag}`),
      ...Object.entries(command.args)
        .filter(([, arg]) => !/\.$/.test(arg.description ?? ''))
        .map(([arg]) => `${name} ${arg}`),
    ]);

    expect(silent).toEqual([]);
  });

  it('shows only examples that the command itself accepts', async () => {
    for (const [name, command] of commands) {
      for (const example of examplesOf(command)) {
        expect(example).toMatch(new RegExp(`^<%= config\\.bin %> ${name}( |$)`));
        const words = example.slice(`<%= config.bin %> ${name} `.length).split(' ').filter(Boolean);
        const parsed = await Parser.parse(words, {
          flags: { ...command.baseFlags, ...command.flags },
          args: command.args,
          strict: command.strict,
        });
        expect(parsed.argv.length).toBeLessThanOrEqual(Object.keys(command.args).length);
      }
    }
  });
});
