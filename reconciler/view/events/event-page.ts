import type { EventFilter } from './event-filter.ts';
import type { EventLog } from './event-log.ts';

export interface PageQuery {
  filter: EventFilter;
  /** The id after which to go on; undefined: from the oldest that is kept. */
  after: string | undefined;
  /** Most events of one page. */
  limit: number;
}

/**
 * What is kept, oldest first, as JSON: `items`; `position`, the id to follow from or to ask the next page with (`since`); `more`, there
 * is another page already; `missed`, events after `since` are no longer kept. Made of the bytes that streams send.
 */
export function readEvents(log: EventLog, { filter, after, limit }: PageQuery): Buffer {
  const from = after === undefined ? log.first : log.after(after);
  const parts: Buffer[] = [Buffer.from('{"items":[')];
  let [items, next] = [0, from ?? log.first];
  let last = after === undefined || from === undefined ? undefined : after;
  for (; items < limit && next < log.next; next += 1) {
    const event = log.get(next)!;
    last = event.id;
    if (!filter(event)) continue;
    if (items > 0) parts.push(COMMA);
    parts.push(event.block.subarray(...event.json));
    items += 1;
  }
  const end = { position: last ?? log.position, more: next < log.next, missed: from === undefined };
  parts.push(Buffer.from(`],${JSON.stringify(end).slice(1)}\n`));
  return Buffer.concat(parts);
}

const COMMA = Buffer.from(',');
