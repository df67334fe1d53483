import { readFile } from 'node:fs/promises';
import { InvalidInput } from '../model/errors.ts';
import { Sensitive } from '../model/sensitive.ts';
import type { IdentityConfig } from '../ssh/identity.ts';
import { command } from './command.ts';
import type { CommandLine } from './command.ts';
import type { RunLimits, StandardInput } from './transport.ts';

/** The command as root: as it is for root, through `sudo -n --` for anyone else, which never asks for a password. */
export function asRoot(user: string, line: CommandLine): CommandLine {
  return user === 'root' ? line : command('sudo', '-n', '--', ...line.bits);
}

/**
 * Says that it may read on, passes over whatever sudo did not take (it asks for no password where it need not), and becomes the command.
 */
const AFTER_PASSWORD = `printf '\\n@@intendant:%s@@ ready\\n' "$1"
while IFS= read -r line && [ "$line" != "@@intendant:$1@@ input" ]; do :; done
shift
exec "$@"`;

/** What a command of `asRoot` becomes where sudo may ask: the password is the first line of its input and nothing else. */
export function withSudoPassword(
  line: CommandLine,
  call: { nonce: string; stdin?: StandardInput; password: Sensitive },
): { line: CommandLine } & Pick<RunLimits, 'stdin' | 'preface'> {
  const { nonce, stdin, password } = call;
  const bare = line.bits.slice(line.bits.indexOf('--') + 1);
  const input = `@@intendant:${nonce}@@ input\n`;
  return {
    line: command(
      ...['env', 'LC_ALL=C', 'sudo', '-S', '-p', '', '--', 'sh', '-c', AFTER_PASSWORD, 'intendant-sudo', nonce],
      ...bare,
    ),
    stdin: behind(input, stdin),
    preface: { line: new Sensitive(`${password.reveal()}\n`), ready: `@@intendant:${nonce}@@ ready` },
  };
}

function behind(first: string, stdin: StandardInput | undefined): StandardInput {
  if (stdin === undefined) return first;
  if (typeof stdin === 'string') return first + stdin;
  if (stdin instanceof Sensitive) return new Sensitive(first + stdin.reveal());
  return Buffer.concat([Buffer.from(first), stdin]);
}

/**
 * The password for sudo that an identity names, as it is now; undefined where it names none. Throws InvalidInput
 * `SUDO_PASSWORD_UNREADABLE`, whose message names the place and never the content.
 */
export async function sudoPassword(
  { sudoPasswordFile: file, sudoPasswordEnv: variable }: IdentityConfig,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Sensitive | undefined> {
  if (file === undefined && variable === undefined) return undefined;
  const place = file === undefined ? `environment variable ${variable}` : `file ${file}`;
  const text = file === undefined ? env[variable!] : await readFile(file, 'utf8').catch(() => undefined);
  const password = text?.replace(/\r?\n$/, '');
  if (password !== undefined && password !== '' && !/[\n\0]/.test(password)) return new Sensitive(password);
  throw new InvalidInput(`The password for sudo cannot be had from the ${place}.`, {
    code: 'SUDO_PASSWORD_UNREADABLE',
    hint: 'Put the password there as its only line, readable by the user that the daemon runs as; it is read anew at each use.',
  });
}

/** True where sudo asks again: the password that it was given is not right. */
export function asksAgain(stderr: string): boolean {
  return /try again|incorrect password attempt|no password was provided/i.test(stderr);
}

/** What sudo says when it would have to ask, or when the user may not. */
export function sudoRefused(stderr: string): boolean {
  return (
    asksAgain(stderr) ||
    /^sudo: (?:a password|a terminal) is required|sudo: (?:command )?not found|is not in the sudoers|may not run sudo|^Sorry, user .* is not allowed|must have a tty/m.test(
      stderr,
    )
  );
}
