import type { Json } from '../model/json.ts';
import type { ObjectStatus } from '../model/status.ts';

/** A whole number in an object's detail, 0 where there is none: `countIn(cluster, 'hosts', 'total')`. */
export function countIn(status: ObjectStatus, ...path: readonly string[]): number {
  let value: Json | undefined = status.detail;
  for (const step of path) {
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return 0;
    value = value[step];
  }
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : 0;
}

/** How far an operation is, for people: `12 of 200 hosts, 1 failed; batch 3 of 40`. */
export function progressText(operation: ObjectStatus): string {
  const count = (word: string): number => countIn(operation, 'hosts', word);
  const done = count('succeeded') + count('failed') + count('skipped');
  const parts = [`${done} of ${count('total')} hosts`];
  for (const word of ['failed', 'skipped']) if (count(word) > 0) parts.push(`${count(word)} ${word}`);
  const batches = countIn(operation, 'batches', 'total');
  const where = batches > 0 ? `; batch ${countIn(operation, 'batches', 'current')} of ${batches}` : '';
  return `${parts.join(', ')}${where}`;
}
