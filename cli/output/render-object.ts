import { stringify } from 'yaml';
import type { Condition } from '../../reconciler/model/conditions.ts';
import type { ObjectStatus } from '../../reconciler/model/status.ts';
import type { Screen } from '../base-command.ts';
import { ago } from './object-tables.ts';
import { toneOf } from './paint.ts';
import { plainText } from './plain.ts';
import { renderTable, type Column } from './table.ts';

/** Everything that is known of one object, for people: its word, its conditions, and what its kind adds. */
export function renderObject(status: ObjectStatus, screen: Screen, nowMs: number): string {
  const facts = [
    ['Status', screen.paint(toneOf(status.status), status.status)],
    ['Cluster', status.cluster],
    ['Applied', status.lastAppliedRevision],
    [
      'Attempted',
      status.lastAttemptedRevision === status.lastAppliedRevision ? undefined : status.lastAttemptedRevision,
    ],
  ].flatMap(([name, value]) => (value === undefined ? [] : [`${`${name}:`.padEnd(11)}${value}`]));
  const blocks = [[screen.paint('strong', status.key), ...facts].join('\n')];
  if (status.conditions.length > 0) {
    blocks.push(renderTable(status.conditions, conditionColumns(nowMs), { width: screen.width, paint: screen.paint }));
  }
  if (Object.keys(status.detail).length > 0)
    blocks.push(plainText(stringify(status.detail, { lineWidth: 0 })).trimEnd());
  return blocks.join('\n\n');
}

function conditionColumns(nowMs: number): Column<Condition>[] {
  return [
    { header: 'condition', cell: ({ type }) => type },
    { header: 'is', cell: ({ status }) => status },
    { header: 'since', cell: ({ lastTransitionTime }) => ago(lastTransitionTime, nowMs), align: 'right' },
    { header: 'reason', cell: ({ reason }) => reason },
    { header: 'message', cell: ({ message }) => message, flexible: true },
  ];
}
