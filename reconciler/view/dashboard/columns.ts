/** Widths of groups that the style sheet knows, in cells. */
const WIDTHS = [10, 15, 20, 25, 30, 40, 50] as const;
/** Cells across a screen of 1280 pixels, cells between two groups beside each other, and rows that a heading takes. */
const SCREEN = 65;
const GUTTER = 2;
const HEADING = 2;

/**
 * Cells per row for each group, so that all of them together are as low as can be on a screen of 1280 pixels: a few large
 * groups go across the whole of it, many small ones stand beside each other. Undefined: across the whole.
 *
 * @param sizes hosts of each group, in order.
 */
export function columnsOf(sizes: readonly number[]): (number | undefined)[] {
  let best: { rows: number; columns: (number | undefined)[] } | undefined;
  for (const height of [3, 4, 5, 6, 8, 10, 13, 16, 20, 25]) {
    const columns = sizes.map((size) => WIDTHS.find((width) => width * height >= size));
    const rows = rowsOf(sizes, columns);
    if (!best || rows < best.rows) best = { rows, columns };
  }
  return best?.columns ?? [];
}

/** How many rows of cells it all takes, laid line after line. */
function rowsOf(sizes: readonly number[], columns: readonly (number | undefined)[]): number {
  let [rows, used, line] = [0, 0, 0];
  sizes.forEach((size, index) => {
    const width = Math.min(columns[index] ?? SCREEN, Math.max(size, 6));
    const height = Math.max(1, Math.ceil(size / width)) + HEADING;
    if (used > 0 && used + GUTTER + width > SCREEN) {
      rows += line;
      [used, line] = [0, 0];
    }
    used += (used > 0 ? GUTTER : 0) + width;
    line = Math.max(line, height);
  });
  return rows + line;
}
