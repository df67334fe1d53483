import { splitKey } from '../../reconciler/model/resource.ts';
import type { ObjectStatus } from '../../reconciler/model/status.ts';
import { progressText } from '../../reconciler/status/counts.ts';
import { describeHalt } from '../../reconciler/rollout/brake.ts';
import type { FleetInfo } from '../../reconciler/view/fleet-view.ts';
import type { Health } from '../../reconciler/view/health.ts';
import { plural } from '../../reconciler/view/plan-text.ts';
import type { Screen } from '../base-command.ts';
import type { FleetSummaryLists } from '../summarize-fleet.ts';
import { columnsOf, messageOfStatus } from './object-tables.ts';
import { toneOf } from './paint.ts';
import { plainLine } from './plain.ts';
import { renderTable, type Column } from './table.ts';

/** Rows of each table: the whole fits on one screen. */
const MOST_ROWS = 10;

/** The fleet on one screen: the verdict, why, clusters, what is not well, what is going on. `nowMs` is wall clock. */
export function renderStatus(
  fleet: { info: FleetInfo; health: Health; lists: FleetSummaryLists },
  screen: Screen,
  nowMs: number,
): string {
  const { info, health, lists } = fleet;
  const { paint } = screen;
  const verdict = health.healthy ? paint('good', 'healthy') : paint('bad', 'not healthy');
  const head = [
    ...(info.halts ?? []).map((halt) => paint('bad', plainLine(`HALTED, no step begins: ${describeHalt(halt)}`))),
    `${paint('strong', `Fleet ${plainLine(info.fleet)}`)} is ${verdict}${revisionText(info)}`,
    countsText(lists.counts),
  ];
  const blocks = [head.filter((line) => line !== '').join('\n')];
  if (!health.healthy)
    blocks.push(health.reasons.map((reason) => `  ${paint('bad', '•')} ${plainLine(reason)}`).join('\n'));
  blocks.push(
    ...section(lists.clusters, columnsOf('Cluster', nowMs), screen, 'clusters'),
    ...section(lists.unwell, UNWELL, screen, 'objects that are not well'),
    ...section(lists.drifted, DRIFTED, screen, 'hosts that differ'),
    ...section(lists.operations, UNDER_WAY, screen, 'operations'),
  );
  return blocks.join('\n\n');
}

const UNWELL: Column<ObjectStatus>[] = [
  { header: 'not well', cell: ({ key }) => key },
  { header: 'cluster', cell: ({ cluster }) => cluster ?? '' },
  { header: 'status', cell: ({ status }) => status, tone: ({ status }) => toneOf(status) },
  { header: 'message', cell: messageOfStatus, flexible: true },
];

const DRIFTED: Column<ObjectStatus>[] = [
  { header: 'drifted', cell: ({ key }) => splitKey(key).name },
  { header: 'cluster', cell: ({ cluster }) => cluster ?? '' },
  { header: 'what differs', cell: messageOfStatus, flexible: true },
];

const UNDER_WAY: Column<ObjectStatus>[] = [
  { header: 'operation', cell: ({ key }) => splitKey(key).name },
  { header: 'status', cell: ({ status }) => status, tone: ({ status }) => toneOf(status) },
  { header: 'progress', cell: progressText },
  { header: 'message', cell: messageOfStatus, flexible: true },
];

function section(
  rows: readonly ObjectStatus[],
  columns: Column<ObjectStatus>[],
  screen: Screen,
  what: string,
): string[] {
  if (rows.length === 0) return [];
  const { width, paint } = screen;
  const table = renderTable(rows.slice(0, MOST_ROWS), columns, { width, paint });
  const rest = rows.length - MOST_ROWS;
  return [rest > 0 ? `${table}\n${paint('quiet', `and ${rest} more ${what}`)}` : table];
}

function revisionText({ revision }: FleetInfo): string {
  return revision === undefined ? '' : `, at ${plainLine(revision.branch)}@${revision.accepted.slice(0, 12)}`;
}

/** `10 hosts: 9 active, 1 failed` and so on, a line for each kind that has more than a word to say. */
function countsText(counts: FleetSummaryLists['counts']): string {
  const hosts = Object.entries(counts['Host'] ?? {}).sort(([, a], [, b]) => b - a);
  if (hosts.length === 0) return '';
  const total = hosts.reduce((sum, [, count]) => sum + count, 0);
  return `${plural(total, 'host')}: ${hosts.map(([word, count]) => `${count} ${plainLine(word)}`).join(', ')}`;
}
