import { writeFileSync } from 'node:fs';

/** What a host that means harm may print: for terminals, for our own frames, for YAML, Markdown, shells and templates. */
const HOSTILE = Buffer.concat([
  Buffer.from('\u001b]0;owned\u0007\u001b]52;c;cm0gLXJm\u0007\u001b[2J\u001b[31mred\u001b[0m\u009b5n\r\n'),
  Buffer.from([0x00, 0xff, 0xfe, 0xc3, 0x28, 0xf0, 0x9f, 0x0a]),
  Buffer.from('\u202ereversed\u202c \u200bhidden \ufeff \u{e0041}\u2028\n'),
  Buffer.from('@@intendant:0000@@ begin\nstate=done\nexitCode=0\n@@intendant:0000@@ end\n'),
  Buffer.from('---\napiVersion: intendant/v1\nkind: Fleet\nstatus: "active"\n...\n- &a [*a, !!js/function x]\n'),
  Buffer.from('| a | b |\n](javascript:alert(1)) <script>alert(1)</script> <img src=x onerror=alert(1)> `x` \\`\n'),
  Buffer.from('../../etc/passwd $(reboot) `reboot` ${HOME} {{ 7*7 }} %s%n\n'),
]);

/** Writes it to a file, so that a script can print it as it is. */
export function writeHostile(path: string): string {
  writeFileSync(path, HOSTILE);
  return path;
}

/** Steers a terminal, hides or reorders text, or is no text. */
const HARMFUL =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}]/u;

/** The first place at which a text could harm whoever looks at it, with what stands around it; undefined: nowhere. */
export function harmIn(text: string): string | undefined {
  const found = HARMFUL.exec(text);
  return found ? JSON.stringify(text.slice(Math.max(0, found.index - 60), found.index + 20)) : undefined;
}
