import { plainLine } from './plain.ts';
import { type Paint, type Tone } from './paint.ts';

/** A column of a table of `Row`s. */
export interface Column<Row> {
  header: string;
  /** The cell's text; control characters are removed before it is shown. */
  cell: (row: Row) => string;
  /** Colour of the cell; absent = none. */
  tone?: (row: Row) => Tone;
  /** Numbers stand right. Default left. */
  align?: 'left' | 'right';
  /** True: may be cut with `…` when the table is wider than the terminal. */
  flexible?: boolean;
}

export interface TableOptions {
  /** Characters in a line; undefined = as wide as it needs to be. */
  width?: number | undefined;
  paint: Paint;
}

const GAP = '   ';
const SMALLEST = 6;

/** A table in kubectl's style: headings in capitals, no borders, columns three spaces apart, no trailing spaces. */
export function renderTable<Row>(rows: readonly Row[], columns: readonly Column<Row>[], options: TableOptions): string {
  const cells = rows.map((row) => columns.map((column) => plainLine(column.cell(row)) || '-'));
  const headers = columns.map((column) => column.header.toUpperCase());
  const natural = columns.map((_, at) => Math.max(...[headers, ...cells].map((line) => displayWidth(line[at]!))));
  const widths = fitWidths(
    natural,
    columns.map((column) => column.flexible === true),
    options.width,
  );
  const lines = [headers.map((header, at) => pad(header, widths[at]!, columns[at]!.align)).join(GAP)];
  rows.forEach((row, index) => {
    const line = columns.map((column, at) => {
      const text = pad(cells[index]![at]!, widths[at]!, column.align);
      const tone = column.tone?.(row);
      return tone === undefined ? text : options.paint(tone, text);
    });
    lines.push(line.join(GAP));
  });
  return lines.map((line) => line.trimEnd()).join('\n');
}

/** Column widths that fit: the widest flexible columns give way first, none below six characters. */
export function fitWidths(
  natural: readonly number[],
  flexible: readonly boolean[],
  width: number | undefined,
): number[] {
  const widths = [...natural];
  if (width === undefined) return widths;
  let excess = widths.reduce((sum, each) => sum + each, 0) + GAP.length * (widths.length - 1) - width;
  while (excess > 0) {
    const candidates = widths.map((each, at) => (flexible[at] && each > SMALLEST ? each : -1));
    const widest = candidates.indexOf(Math.max(...candidates));
    if (widest < 0 || candidates[widest]! < 0) break;
    const next = Math.max(SMALLEST, ...candidates.filter((each, at) => at !== widest && each < widths[widest]!));
    const cut = Math.max(1, Math.min(excess, widths[widest]! - next));
    widths[widest] = widths[widest]! - cut;
    excess -= cut;
  }
  return widths;
}

function pad(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const cut = truncate(text, width);
  const space = ' '.repeat(Math.max(0, width - displayWidth(cut)));
  return align === 'right' ? space + cut : cut + space;
}

/** Text of at most `width` columns; what is cut shows as `…`. */
export function truncate(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let kept = '';
  let used = 0;
  for (const character of text) {
    const next = characterWidth(character);
    if (used + next > width - 1) break;
    kept += character;
    used += next;
  }
  return `${kept}…`;
}

/** Columns that a line takes on a terminal. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

function characterWidth(character: string): number {
  if (character < '\u0300') return 1;
  if (/^[\p{Mark}\u200b-\u200d\ufe0f]$/u.test(character)) return 0;
  return /^[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]$/u.test(
    character,
  )
    ? 2
    : 1;
}
