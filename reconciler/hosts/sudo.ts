import { command } from './command.ts';
import type { CommandLine } from './command.ts';

/** The command as root: as it is for root, through `sudo -n --` for anyone else, which never asks for a password. */
export function asRoot(user: string, line: CommandLine): CommandLine {
  return user === 'root' ? line : command('sudo', '-n', '--', ...line.bits);
}

/** What sudo says when it would have to ask, or when the user may not. */
export function sudoRefused(stderr: string): boolean {
  return /^sudo: (?:a password|a terminal) is required|sudo: (?:command )?not found|is not in the sudoers|may not run sudo|^Sorry, user .* is not allowed/m.test(
    stderr,
  );
}
