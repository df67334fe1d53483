import { Sensitive } from '../model/sensitive.ts';

/** A bit of a command: text that will be quoted, a secret that will be quoted and masked in print, or shell syntax of ours. */
export type CommandBit = string | Sensitive | ShellWord;

/** A word of shell syntax written by us (`&&`, `|`, `>`), never by data. */
export class ShellWord {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** A command as typed bits; rendered to a string only when it is sent (`renderCommand`) or shown (`showCommand`). */
export interface CommandLine {
  readonly bits: readonly CommandBit[];
}

export function command(...bits: CommandBit[]): CommandLine {
  return { bits };
}

/** Single-quotes a word for a POSIX shell, leaving words of safe characters as they are. Refuses NUL. */
export function quoteWord(word: string): string {
  if (word.includes('\0')) throw new RangeError('a command argument contains a NUL byte');
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** The string that goes over the wire; the only place where a secret is revealed. */
export function renderCommand(line: CommandLine): string {
  return line.bits
    .map((bit) => (bit instanceof ShellWord ? bit.text : quoteWord(bit instanceof Sensitive ? bit.reveal() : bit)))
    .join(' ');
}

/** The same for people and logs: secrets masked. */
export function showCommand(line: CommandLine): string {
  return line.bits
    .map((bit) => (bit instanceof ShellWord ? bit.text : bit instanceof Sensitive ? String(bit) : quoteWord(bit)))
    .join(' ');
}
