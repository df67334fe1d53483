import { formatDuration } from '../../reconciler/model/duration.ts';
import type { Json } from '../../reconciler/model/json.ts';
import { splitKey } from '../../reconciler/model/resource.ts';
import type { ObjectStatus } from '../../reconciler/model/status.ts';
import { driftOf } from '../../reconciler/status/wellness.ts';
import { countIn } from '../../reconciler/status/counts.ts';
import { toneOf } from './paint.ts';
import type { Column } from './table.ts';

type ObjectColumn = Column<ObjectStatus>;

const NAME: ObjectColumn = { header: 'name', cell: (status) => splitKey(status.key).name };
const CLUSTER: ObjectColumn = { header: 'cluster', cell: (status) => status.cluster ?? '' };
const STATUS: ObjectColumn = {
  header: 'status',
  cell: (status) => status.status,
  tone: (status) => toneOf(status.status),
};
const MESSAGE: ObjectColumn = { header: 'message', cell: messageOfStatus, flexible: true };

/** Columns for a list of objects of one kind; kinds without columns of their own get the common ones. `nowMs` is wall clock. */
export function columnsOf(kind: string, nowMs: number): ObjectColumn[] {
  switch (kind) {
    case 'Host':
      return [
        NAME,
        CLUSTER,
        STATUS,
        { header: 'address', cell: (status) => textIn(status, 'address'), flexible: true },
        {
          header: 'os',
          cell: (status) => `${textIn(status, 'facts', 'os')} ${textIn(status, 'facts', 'osVersion')}`.trim(),
        },
        { header: 'up', cell: (status) => ago(textIn(status, 'facts', 'bootedAt'), nowMs), align: 'right' },
        MESSAGE,
      ];
    case 'Cluster':
      return [
        NAME,
        STATUS,
        count('hosts', 'total'),
        count('available', 'available'),
        count('maintenance', 'maintenance'),
        MESSAGE,
      ];
    case 'Operation':
      return [
        NAME,
        { header: 'type', cell: (status) => textIn(status, 'type') },
        STATUS,
        { header: 'batch', cell: batchOf, align: 'right' },
        { header: 'done', cell: doneOf, align: 'right' },
        count('failed', 'failed'),
        MESSAGE,
      ];
    default:
      return [NAME, CLUSTER, STATUS, MESSAGE];
  }
}

/** The sentence that says most about an object now: why it is stalled, or else its Ready condition's. */
export function messageOfStatus(status: ObjectStatus): string {
  const { conditions } = status;
  const stalled = conditions.find(({ type, status: state }) => type === 'Stalled' && state === 'True');
  // That it answers is less than what differs on it.
  return (stalled ?? driftOf(status) ?? conditions.find(({ type }) => type === 'Ready'))?.message ?? '';
}

/** How long ago an ISO time was: `3d 4h`; empty when it is no time. */
export function ago(iso: string, nowMs: number): string {
  const then = Date.parse(iso);
  return Number.isFinite(then) ? formatDuration(Math.max(0, nowMs - then)) : '';
}

function count(header: string, field: string): ObjectColumn {
  return { header, cell: (status) => String(countIn(status, 'hosts', field)), align: 'right' };
}

function batchOf(status: ObjectStatus): string {
  const total = countIn(status, 'batches', 'total');
  return total === 0 ? '' : `${countIn(status, 'batches', 'current')}/${total}`;
}

function doneOf(status: ObjectStatus): string {
  const done = ['succeeded', 'failed', 'skipped'].reduce((sum, word) => sum + countIn(status, 'hosts', word), 0);
  return `${done}/${countIn(status, 'hosts', 'total')}`;
}

function textIn(status: ObjectStatus, ...path: string[]): string {
  let value: Json | undefined = status.detail;
  for (const step of path) {
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return '';
    value = value[step];
  }
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
