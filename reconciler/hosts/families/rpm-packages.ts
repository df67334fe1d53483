import { command, type CommandBit, type CommandLine } from '../command.ts';

/** A package by its name, or one that provides what is named. */
export const RPM_INSTALLED = 'rpm -q --quiet "$1" 2>/dev/null || rpm -q --quiet --whatprovides "$1" 2>/dev/null';

/** rpm refuses where another package needs one of these; its test changes nothing. */
export function rpmRemovable(...names: CommandBit[]): CommandLine {
  return command('rpm', '-e', '--test', ...names);
}
