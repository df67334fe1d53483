import { describe, expect, it } from 'vitest';
import { loadCommands } from '../support/cli/commands.ts';

describe('the surface of the command line', () => {
  it('is the one that was agreed on: every command, argument and flag', async () => {
    const commands = await loadCommands();

    const surface = Object.fromEntries(
      [...commands].map(([name, command]) => [
        name,
        {
          args: Object.entries(command.args).map(([arg, { required, options }]) => ({ name: arg, required, options })),
          flags: Object.fromEntries(
            Object.entries({ ...command.baseFlags, ...command.flags })
              .sort(([a], [b]) => (a < b ? -1 : 1))
              .map(([flag, { type, char, required, env, ...rest }]) => [
                flag,
                {
                  type,
                  char,
                  required,
                  env,
                  options: 'options' in rest ? rest.options : undefined,
                  multiple: 'multiple' in rest ? rest.multiple : undefined,
                },
              ]),
          ),
        },
      ]),
    );

    await expect(`${JSON.stringify(surface, undefined, 2)}\n`).toMatchFileSnapshot('cli-surface.json');
  });
});
