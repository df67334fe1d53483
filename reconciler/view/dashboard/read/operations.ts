import { splitKey } from '../../../model/resource.ts';
import type { ObjectStatus } from '../../../model/status.ts';
import { countIn } from '../../../status/counts.ts';
import { isUnfinished } from '../../../status/wellness.ts';
import type { ViewContext } from '../../http/context.ts';
import { shown } from '../text.ts';

/** How many hosts of an operation stand where. */
export interface Tally {
  total: number;
  succeeded: number;
  failed: number;
  skipped: number;
  running: number;
  pending: number;
}

/** An operation as every list shows it. */
export interface OperationLine {
  name: string;
  phase: string;
  type: string;
  clusters: string[];
  tally: Tally;
  /** Batch in hand, from 1, and how many there are; 0: none yet. */
  batch: number;
  batches: number;
  beganAt?: string;
  finishedAt?: string;
  /** Where it stands, or how it ended: the sentence of its conditions. */
  message: string;
  /** CamelCase word of why it stands so. */
  reason: string;
  unfinished: boolean;
  removed: boolean;
}

/** Every operation: those that have not ended, then the others, the newest first. */
export function readOperations({ cache }: Pick<ViewContext, 'cache'>): OperationLine[] {
  return cache
    .list('Operation')
    .map(({ status }) => operationLine(status))
    .sort(byUrgency);
}

export function operationLine(status: ObjectStatus): OperationLine {
  const { detail, conditions } = status;
  const count = (word: string): number => countIn(status, 'hosts', word);
  const said =
    conditions.find(({ type, status: is }) => type === 'Stalled' && is === 'True') ??
    conditions.find(({ type }) => type === 'Ready');
  return {
    name: splitKey(status.key).name,
    phase: status.status,
    type: typeof detail.type === 'string' ? shown(detail.type, 40) : '',
    clusters: Array.isArray(detail.clusters)
      ? detail.clusters.flatMap((one) => (typeof one === 'string' ? shown(one, 80) : []))
      : [],
    tally: {
      total: count('total'),
      succeeded: count('succeeded'),
      failed: count('failed'),
      skipped: count('skipped'),
      running: count('running'),
      pending: count('pending'),
    },
    batch: countIn(status, 'batches', 'current'),
    batches: countIn(status, 'batches', 'total'),
    ...(typeof detail.beganAt === 'string' && { beganAt: detail.beganAt }),
    ...(typeof detail.finishedAt === 'string' && { finishedAt: detail.finishedAt }),
    message: said?.message ?? '',
    reason: said?.reason ?? '',
    unfinished: isUnfinished(status),
    removed: detail.removed === true,
  };
}

function byUrgency(a: OperationLine, b: OperationLine): number {
  if (a.unfinished !== b.unfinished) return a.unfinished ? -1 : 1;
  const [left, right] = [timeOf(a), timeOf(b)];
  if (left !== right) return left < right ? 1 : -1;
  return a.name < b.name ? -1 : 1;
}

function timeOf({ finishedAt, beganAt }: OperationLine): string {
  return finishedAt ?? beganAt ?? '';
}
