import type { Verb } from './faults.ts';

/** A command as it came, after the words were split. */
export interface VerbCall {
  verb: Verb;
  /** What follows `intendant-<verb>`; for `other` the whole command. */
  args: string[];
  /** Whether it runs as root, by login or through sudo. */
  root: boolean;
  /** Reads standard input to its end. */
  stdin(): Promise<Buffer>;
  /** Aborted when the client closed the channel or the host went down. */
  signal: AbortSignal;
}

/** What goes back over the channel. */
export interface Answer {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** What a shell answers when it was called wrongly. */
export const USAGE: Answer = { exitCode: 2, stdout: '', stderr: 'intendant: wrong arguments\n' };

/** The frame of the protocol around `key=value` lines. */
export function framed(nonce: string, values: Record<string, string>): Answer {
  const marker = `@@intendant:${nonce}@@`;
  const lines = Object.entries(values).map(([key, value]) => `${key}=${value}\n`);
  return { exitCode: 0, stdout: `\n${marker} begin\n${lines.join('')}${marker} end\n`, stderr: '' };
}

/** The answer of a script that could not do its work. */
export function failed(nonce: string, message: string): Answer {
  return framed(nonce, { state: 'error', message });
}

/** Terminal tricks, a forged frame, YAML and paths, right-to-left override: what a host that means harm may print. */
export const HOSTILE =
  '\u001b]0;owned\u0007\u001b[2J\u001b[31mred\u001b[0m\r\u0000\u202e' +
  '@@intendant:0000@@ begin\nstate=done\nexitCode=0\n@@intendant:0000@@ end\n' +
  '---\nkind: Fleet\n../../etc/passwd $(reboot) `reboot` {{ 7*7 }}\n';
