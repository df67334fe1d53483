/** The command line is not one that a simulated host understands; a real shell might. */
export class ShellSyntax extends Error {
  override readonly name = 'ShellSyntax';
}

/** What `$1`, `$@` and `$#` stand for. Absent: an expansion is a syntax error. */
export interface Positional {
  zero: string;
  args: readonly string[];
}

/** A word of its own: the arguments as they are, a word each. */
const EVERY_ARGUMENT = /^"\$@"(?=\s|$)/;

/** Outside quotes these mean something to a shell that the splitter does not do. */
const OPERATORS = '|&;<>()`*?[]{}!~';

/**
 * Splits a simple command into words as a POSIX shell does: blanks separate, `'…'`, `"…"` and backslash quote, `#`
 * at the start of a word begins a comment, positional parameters expand. Throws ShellSyntax for everything else:
 * pipes, substitutions, globs, unfinished quotes.
 */
export function splitWords(line: string, positional?: Positional): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let at = 0;

  while (at < line.length) {
    const char = line[at]!;
    if (char === ' ' || char === '\t' || char === '\n') {
      if (word !== undefined) words.push(word);
      word = undefined;
      at += 1;
    } else if (char === '#' && word === undefined) {
      const end = line.indexOf('\n', at);
      at = end < 0 ? line.length : end;
    } else if (char === "'") {
      const end = line.indexOf("'", at + 1);
      if (end < 0) throw new ShellSyntax('unterminated quoted string');
      word = (word ?? '') + line.slice(at + 1, end);
      at = end + 1;
    } else if (word === undefined && positional && EVERY_ARGUMENT.test(line.slice(at))) {
      words.push(...positional.args);
      at += '"$@"'.length;
    } else if (char === '"') {
      const quoted = doubleQuoted(line, at + 1, positional);
      word = (word ?? '') + quoted.text;
      at = quoted.next;
    } else if (char === '\\') {
      if (at + 1 >= line.length) throw new ShellSyntax('nothing follows the last backslash');
      if (line[at + 1] !== '\n') word = (word ?? '') + line[at + 1]!;
      at += 2;
    } else if (char === '$') {
      const expanded = expand(line, at, positional);
      const [first, ...rest] = expanded.words;
      if (first !== undefined) word = (word ?? '') + first;
      for (const next of rest) {
        words.push(word ?? '');
        word = next;
      }
      at = expanded.next;
    } else if (OPERATORS.includes(char)) {
      throw new ShellSyntax(`"${char}" is not understood`);
    } else {
      word = (word ?? '') + char;
      at += 1;
    }
  }
  if (word !== undefined) words.push(word);
  return words;
}

function doubleQuoted(line: string, start: number, positional?: Positional): { text: string; next: number } {
  let text = '';
  let at = start;
  while (at < line.length) {
    const char = line[at]!;
    if (char === '"') return { text, next: at + 1 };
    if (char === '`') throw new ShellSyntax('command substitution is not understood');
    if (char === '\\' && '$`"\\\n'.includes(line[at + 1] ?? 'x')) {
      if (line[at + 1] !== '\n') text += line[at + 1]!;
      at += 2;
    } else if (char === '$') {
      const expanded = expand(line, at, positional);
      text += expanded.words.join(' ');
      at = expanded.next;
    } else {
      text += char;
      at += 1;
    }
  }
  throw new ShellSyntax('unterminated quoted string');
}

/** A positional parameter: `$1`, `${1}`, `$#`, `$0`, and `$@` or `$*` as words of their own. */
function expand(line: string, at: number, positional?: Positional): { words: string[]; next: number } {
  const match = /^\$(?:([0-9@*#])|\{([0-9]+|[@*#])\})/.exec(line.slice(at));
  if (!match || !positional) throw new ShellSyntax('this expansion is not understood');
  const name = match[1] ?? match[2]!;
  const next = at + match[0].length;
  if (name === '@' || name === '*') return { words: [...positional.args], next };
  if (name === '#') return { words: [String(positional.args.length)], next };
  if (name === '0') return { words: [positional.zero], next };
  const value = positional.args[Number(name) - 1];
  return { words: value === undefined ? [] : [value], next };
}
