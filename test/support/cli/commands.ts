import { readdir } from 'node:fs/promises';
import type { Command, Interfaces } from '@oclif/core';

/** A command's class, as the command line would load it. */
export type CommandClass = typeof Command & { baseFlags: Interfaces.FlagInput; examples?: Command.Example[] };

const FOLDER = new URL('../../../cli/commands/', import.meta.url);

/** Every command by its name, from the sources. */
export async function loadCommands(): Promise<Map<string, CommandClass>> {
  const files = (await readdir(FOLDER, { recursive: true })).filter((name) => name.endsWith('.ts')).sort();
  const commands = new Map<string, CommandClass>();
  for (const file of files) {
    const module = (await import(new URL(file, FOLDER).href)) as Record<string, unknown>;
    const [command, ...more] = Object.values(module).filter((each) => typeof each === 'function');
    if (command === undefined || more.length > 0) throw new Error(`${file} must export one command`);
    commands.set(file.replace(/(\/index)?\.ts$/, '').replaceAll('/', ' '), command as unknown as CommandClass);
  }
  return commands;
}
