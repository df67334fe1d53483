import { cleanText } from './text.ts';

/**
 * Text of unknown origin as one Markdown code span that no table, list or HTML can be broken out of: in a code span
 * nothing is a link, a mention, an image or a tag. The two characters that end a span or a table cell are shown by
 * look-alikes, since neither can be escaped there in every renderer. Cut to `max` characters; empty text is `–`.
 */
export function code(text: string, max: number = 100): string {
  const shown = cleanText(text, max).replaceAll('`', 'ˋ').replaceAll('|', '¦').replaceAll('\\', '∖');
  return shown === '' ? '–' : `\`${shown}\``;
}

/** A table as every forge shows it; cells must be safe already. No rows, no table. */
export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return `${[line(heads), line(heads.map(() => '---')), ...rows.map(line)].join('\n')}\n`;
}
