import { describe, expect, it } from 'vitest';
import { paintFor } from '../../../cli/output/paint.ts';
import { displayWidth, fitWidths, renderTable, truncate, type Column } from '../../../cli/output/table.ts';

interface Row {
  name: string;
  hosts: number;
  message: string;
}

const COLUMNS: Column<Row>[] = [
  { header: 'name', cell: (row) => row.name },
  { header: 'hosts', cell: (row) => String(row.hosts), align: 'right' },
  { header: 'message', cell: (row) => row.message, flexible: true },
];
const plain = paintFor(false);

describe('renderTable', () => {
  it('draws headings in capitals, columns three spaces apart, no borders and no trailing spaces', () => {
    const rows = [
      { name: 'web', hosts: 3, message: 'all well' },
      { name: 'storage', hosts: 12, message: 'ok' },
    ];

    const text = renderTable(rows, COLUMNS, { paint: plain });

    expect(text.split('\n')).toEqual([
      'NAME      HOSTS   MESSAGE',
      'web           3   all well',
      'storage      12   ok',
    ]);
  });

  it('cuts flexible columns so that no line is wider than the terminal', () => {
    const rows = [{ name: 'web', hosts: 3, message: 'connection refused by the host after three attempts' }];

    const text = renderTable(rows, COLUMNS, { paint: plain, width: 40 });

    expect(Math.max(...text.split('\n').map(displayWidth))).toBeLessThanOrEqual(40);
    expect(text).toContain('…');
    expect(text).toContain('web');
  });

  it('shows an empty cell as a dash', () => {
    const text = renderTable([{ name: 'web', hosts: 0, message: '' }], COLUMNS, { paint: plain });

    expect(text.split('\n')[1]).toBe('web        0   -');
  });

  it('shows hostile text without escape sequences, controls or line breaks', () => {
    const rows = [{ name: 'web', hosts: 1, message: '\u001b[31mred\u001b[0m\nnext\u202eline\u0007' }];

    const text = renderTable(rows, COLUMNS, { paint: plain });

    expect(text.split('\n')).toHaveLength(2);
    expect(text).toContain('red nextline');

    expect(text).not.toMatch(/[\u001b\u0007\u202e]/);
  });

  it('colours a cell without changing the layout', () => {
    const rows = [{ name: 'web', hosts: 1, message: 'ok' }];
    const toned: Column<Row>[] = [{ ...COLUMNS[0]!, tone: () => 'good' }, ...COLUMNS.slice(1)];

    const coloured = renderTable(rows, toned, { paint: (_tone, text) => `<${text}>` });

    expect(coloured.split('\n')[1]).toBe('<web >       1   ok');
  });
});

describe('fitWidths', () => {
  it('leaves widths alone when they fit', () => {
    expect(fitWidths([5, 10], [true, true], 80)).toEqual([5, 10]);
  });

  it('takes from the widest flexible column first', () => {
    expect(fitWidths([10, 40, 20], [false, true, true], 60)).toEqual([10, 24, 20]);
  });

  it('never makes a column narrower than six characters, and never touches a fixed one', () => {
    expect(fitWidths([30, 30], [false, true], 10)).toEqual([30, 6]);
  });
});

describe('truncate', () => {
  it('counts wide characters as two', () => {
    expect(displayWidth('日本')).toBe(4);
    expect(truncate('日本語', 5)).toBe('日本…');
  });

  it('counts combining marks as none', () => {
    expect(displayWidth('e\u0301')).toBe(1);
  });
});
