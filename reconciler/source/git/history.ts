import { setImmediate as breathe } from 'node:timers/promises';
import { parseParents } from './object.ts';
import type { ObjectStore } from './object-store.ts';

export interface Ancestry {
  found: boolean;
  /** Commits reached whose parents are not here. */
  boundary: Set<string>;
}

const BREATHE_EVERY = 1000;

/** Follows the history of `tip`, nearest first, until `wanted` is met or nothing is left. */
export async function ancestry(
  objects: ObjectStore,
  tip: string,
  wanted: string | undefined,
  signal: AbortSignal,
): Promise<Ancestry> {
  const boundary = new Set<string>();
  const seen = new Set([tip]);
  const queue = [tip];
  for (let at = 0; at < queue.length; at++) {
    const oid = queue[at]!;
    if (oid === wanted) return { found: true, boundary };
    for (const parent of parseParents(objects.need(oid, 'commit'))) {
      if (seen.has(parent)) continue;
      seen.add(parent);
      if (parent === wanted) return { found: true, boundary };
      if (objects.hasQuick(parent)) queue.push(parent);
      else boundary.add(oid);
    }
    if (at % BREATHE_EVERY === BREATHE_EVERY - 1) {
      await breathe();
      signal.throwIfAborted();
    }
  }
  return { found: false, boundary };
}
