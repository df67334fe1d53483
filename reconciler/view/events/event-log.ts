import { randomBytes } from 'node:crypto';
import { isoTime, type Clock } from '../../model/clock.ts';
import type { ResourceKey } from '../../model/resource.ts';
import type { CacheChange, FleetCache } from '../fleet-cache.ts';
import type { EventBody, EventType, FleetEvent } from './event.ts';
import { eventsOfChange } from './events-of-change.ts';
import { changeId, readPosition, recordedId } from './position.ts';

/** One event as it is kept: serialised once, for every reader. */
export interface LoggedEvent {
  readonly id: string;
  readonly at: number;
  readonly type: EventType;
  readonly key: ResourceKey | undefined;
  readonly host: string | undefined;
  /** The event as a block of server-sent events. */
  readonly block: Buffer;
  /** Where the JSON stands in it. */
  readonly json: readonly [from: number, to: number];
  /** Bytes of all events before this one, kept or not. */
  readonly offset: number;
}

/** What others record: something that is no change of an object. */
export type RecordedEvent = Omit<EventBody, 'time'> & { time?: string };

export interface EventLogOptions {
  clock: Clock;
  /** Events kept. Default 20,000. */
  maxEvents?: number;
  /** Bytes kept. Default 8 MiB. */
  maxBytes?: number;
  /** Tells what this copy of the view has recorded from what others have. Default: random. */
  copy?: string;
}

const MAX_EVENTS = 20_000;
const MAX_BYTES = 8 * 1024 * 1024;

/**
 * What happened lately, in memory. Sequence numbers count the events from 0; a reader keeps the number of the next one that it
 * wants and reads in the log itself, so that it costs nothing to have many of them.
 */
export class EventLog {
  readonly #clock: Clock;
  readonly #maxEvents: number;
  readonly #maxBytes: number;
  readonly #copy: string;
  readonly #listeners = new Set<() => void>();
  readonly #places = new Map<string, number>();
  #events: LoggedEvent[] = [];
  /** Sequence number of `#events[0]`. */
  #first = 0;
  #bytes = 0;
  #offset = 0;
  #recorded = 0;
  /** Everything up to this revision is known only as a whole: its events are not (or no longer) here. */
  #floor = 0;
  #at = 0;
  #epoch = 0;
  #primed = false;
  #telling = false;

  constructor(options: EventLogOptions) {
    this.#clock = options.clock;
    this.#maxEvents = options.maxEvents ?? MAX_EVENTS;
    this.#maxBytes = options.maxBytes ?? MAX_BYTES;
    this.#copy = options.copy ?? randomBytes(6).toString('hex');
  }

  /** Follows a cache: what it holds when it is first read is where events begin. Gives the way to stop. */
  attach(cache: FleetCache): () => void {
    if (cache.ready) this.#begin(cache.revision);
    return cache.onChange((changes) => {
      if (!this.#primed) return this.#begin(changes[0]?.at ?? cache.revision);
      for (const change of changes) this.#heed(change);
    });
  }

  /** Adds what is no change of an object. `revision`: of the store that says so, where it stands there for every copy. */
  record(event: RecordedEvent, revision?: number): void {
    this.#recorded += 1;
    // Its place is among the changes seen so far: they come by another way, and those before `revision` may still be missing.
    const by = revision === undefined ? `${this.#copy}-${this.#recorded}` : `${revision}`;
    const id = recordedId(this.#at, event.type, by);
    this.#add({ ...event, id, time: event.time ?? isoTime(this.#clock.now()) });
  }

  /** Calls back soon after events were added or the log began anew; gives the way to stop. */
  onAppend(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Id of the newest place: whoever has read the cache now goes on after it. */
  get position(): string {
    return this.#events.at(-1)?.id ?? String(this.#floor);
  }

  /** Sequence number of the oldest event that is kept, and the one that the next event will have. */
  get first(): number {
    return this.#first;
  }

  get next(): number {
    return this.#first + this.#events.length;
  }

  /** Bytes of all events so far, kept or not. */
  get offset(): number {
    return this.#offset;
  }

  /** Bytes kept. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Grows when the log has begun anew, so that readers must read everything again. */
  get epoch(): number {
    return this.#epoch;
  }

  /** Undefined: not kept any more, or not yet there. */
  get(sequence: number): LoggedEvent | undefined {
    return this.#events[sequence - this.#first];
  }

  /** Where a reader that has seen everything up to an id goes on; undefined: something that it missed is not here. */
  after(id: string): number | undefined {
    const place = this.#places.get(id);
    if (place !== undefined) return place + 1;
    const position = readPosition(id);
    if (!position || position.at > this.#at) return undefined;
    if (position.whole ? position.at < this.#floor : position.at <= this.#floor) return undefined;
    // From another copy of the view: at worst something is told twice.
    const from = position.whole ? position.at + 1 : position.at;
    let [low, high] = [0, this.#events.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#events[middle]!.at < from) low = middle + 1;
      else high = middle;
    }
    return this.#first + low;
  }

  /** A `relist` as a block: not kept, since each reader has its own. */
  relist(): Buffer {
    const time = isoTime(this.#clock.now());
    const text = 'Something may have been missed: read again what you show.';
    return blockOf({ id: this.position, time, type: 'relist', text }).block;
  }

  #begin(at: number): void {
    this.#primed = true;
    this.#epoch += 1;
    this.#floor = at;
    this.#at = at;
    this.#first = this.next;
    this.#events = [];
    this.#places.clear();
    this.#bytes = 0;
    this.#tell();
  }

  #heed(change: CacheChange): void {
    this.#moveTo(change.at);
    const now = isoTime(this.#clock.now());
    eventsOfChange(change, now).forEach((body, n) => this.#add({ id: changeId(this.#at, n, change.key), ...body }));
  }

  /** A store that has gone back is another one: what was told of the former says nothing of it. */
  #moveTo(at: number): void {
    if (at < this.#at) this.#begin(at);
    else this.#at = at;
  }

  #add(event: FleetEvent): void {
    const { block, json } = blockOf(event);
    const { id, type, key, host } = event;
    this.#places.set(id, this.next);
    this.#events.push({ id, at: this.#at, type, key, host, block, json, offset: this.#offset });
    this.#bytes += block.length;
    this.#offset += block.length;
    this.#trim();
    this.#tell();
  }

  #trim(): void {
    let gone = 0;
    while (
      this.#events.length - gone > this.#maxEvents ||
      (this.#bytes > this.#maxBytes && gone < this.#events.length)
    ) {
      const event = this.#events[gone]!;
      if (this.#places.get(event.id) === this.#first + gone) this.#places.delete(event.id);
      this.#bytes -= event.block.length;
      this.#floor = event.at;
      gone += 1;
    }
    if (gone === 0) return;
    this.#events.splice(0, gone);
    this.#first += gone;
  }

  /** Once for all that is added in one go. */
  #tell(): void {
    if (this.#telling) return;
    this.#telling = true;
    setImmediate(() => {
      this.#telling = false;
      for (const listener of [...this.#listeners]) listener();
    });
  }
}

/** An event as a block of server-sent events. Ids hold no line break; JSON holds none either. */
function blockOf(event: FleetEvent): Pick<LoggedEvent, 'block' | 'json'> {
  const head = `id: ${event.id}\nevent: ${event.type}\ndata: `;
  const json = JSON.stringify(event);
  const block = Buffer.from(`${head}${json}\n\n`);
  const from = Buffer.byteLength(head);
  return { block, json: [from, block.length - 2] };
}
