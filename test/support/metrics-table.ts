import { KINDS, METRICS, OPEN, type MetricSpec } from '../../reconciler/model/metrics.ts';

/** The table of metrics as it stands in the README. */
export function metricsTable(): string {
  const rows = (Object.values(METRICS) as readonly MetricSpec[]).map(({ name, type, labels, help }) => [
    `\`${name}\``,
    type,
    Object.entries(labels)
      .map(([label, values]) =>
        values === OPEN || values === KINDS ? `\`${label}\`` : `\`${label}\` (${values.join(', ')})`,
      )
      .join(', ') || '–',
    help,
  ]);
  const all = [['metric', 'type', 'labels', 'says'], ...rows];
  const widths = all[0]!.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [line(all[0]!), rule, ...all.slice(1).map(line)].join('\n');
}
