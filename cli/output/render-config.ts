import type { ConfigValue } from '../../reconciler/config/describe.ts';
import type { Screen } from '../base-command.ts';
import { plainLine } from './plain.ts';
import { renderTable } from './table.ts';

/** What the table is made from. */
export interface ShownConfig {
  values: readonly ConfigValue[];
  sources: readonly { source: string; found: boolean }[];
  unknown: readonly string[];
}

/** The configuration in force, a line for each field, and which sources there were. Nothing is cut: it may be copied. */
export function renderConfig({ values, sources, unknown }: ShownConfig, { paint }: Screen): string {
  const table = renderTable(
    values,
    [
      { header: 'field', cell: ({ field }) => field },
      { header: 'value', cell: ({ value }) => textOf(value) },
      { header: 'from', cell: ({ source }) => source, tone: () => 'quiet' },
    ],
    { paint },
  );
  const looked = sources.map(({ source, found }) => plainLine(`${source}${found ? '' : ' (nothing)'}`)).join(', ');
  const notes = unknown.map((text) => paint('attention', plainLine(text)));
  return [table, '', paint('quiet', `weakest first: default, ${looked}`), ...notes].join('\n');
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const plain: unknown = JSON.parse(JSON.stringify(value));
  return typeof plain === 'string' ? plain : JSON.stringify(plain);
}
