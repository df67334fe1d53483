import type { EventFilter } from './event-filter.ts';
import type { EventLog } from './event-log.ts';

/** Why a stream was cut: the reader is too far behind, or has taken nothing for too long. */
export type CutReason = 'behind' | 'stalled';

export interface EventStreamOptions {
  log: EventLog;
  filter: EventFilter;
  /** The id after which to go on; undefined: from now on. */
  after: string | undefined;
  /** Cut where so many bytes of events have come that it has not taken. */
  maxBehindBytes: number;
  /** Cut where it has something to take and takes nothing for so long, in milliseconds. */
  stallMs: number;
  /** Ended after so long, in milliseconds: the reader comes back, and is asked again who it is. */
  maxAgeMs: number;
  /** Monotonic milliseconds. */
  now: () => number;
  /** Drops the connection itself: a reader that does not read does not see an end either. */
  drop: () => void;
  /** Called once, however it ends; with the reason where it was cut. */
  onEnd: (cut: CutReason | undefined) => void;
}

/** What is sent in one piece, in bytes: many small events cost one write. */
const PIECE_BYTES = 16 * 1024;
/** How soon a browser comes back after its stream ended, in milliseconds. */
const RETRY_MS = 2000;
const KEEP_ALIVE = Buffer.from(':\n\n');

/**
 * One reader of the log. It keeps a place in the log and no events: a piece is made when the connection has room for it, so that a
 * slow reader holds one piece and falls behind instead of filling memory.
 */
export class EventStream {
  readonly body: ReadableStream<Uint8Array>;
  readonly #options: EventStreamOptions;
  #next: number;
  #epoch: number;
  #missed: boolean;
  #greeting: Buffer | undefined;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  /** Set while the connection asks for more and there is nothing. */
  #wanting: (() => void) | undefined;
  /** When the last piece was handed over. */
  #servedAt: number;
  readonly #openedAt: number;
  #ended = false;

  constructor(options: EventStreamOptions) {
    this.#options = options;
    const { log, after } = options;
    const from = after === undefined ? log.next : log.after(after);
    this.#missed = from === undefined;
    this.#next = from ?? log.next;
    this.#epoch = log.epoch;
    this.#servedAt = options.now();
    this.#openedAt = this.#servedAt;
    // From here on the reader can come back after this place, also when nothing has happened.
    const id = from === undefined ? '' : `id: ${after ?? log.position}\n`;
    this.#greeting = Buffer.from(`retry: ${RETRY_MS}\n${id}\n`);
    this.body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => void (this.#controller = controller),
        pull: () => this.#pull(),
        cancel: () => this.#end(undefined),
      },
      { highWaterMark: 0 },
    );
  }

  /** Something was added to the log: hands it over if it is wanted, cuts the reader if it is too far behind. */
  wake(): void {
    if (this.#ended) return;
    if (this.#wanting) return this.#serve();
    const { log, maxBehindBytes, stallMs, now } = this.#options;
    const place = log.get(this.#next);
    const behind = place ? log.offset - place.offset : this.#next < log.first ? Infinity : 0;
    if (behind > maxBehindBytes) this.#cut('behind');
    else if (behind > 0 && now() - this.#servedAt > stallMs) this.#cut('stalled');
  }

  /** Sends a comment so that both sides notice when the other has gone; a reader that takes nothing is looked at, an old one ended. */
  keepAlive(): void {
    const { now, maxAgeMs } = this.#options;
    if (this.#wanting && now() - this.#openedAt > maxAgeMs) this.close();
    else if (this.#wanting) this.#give(KEEP_ALIVE);
    else if (!this.#ended && this.#options.now() - this.#servedAt > this.#options.stallMs) this.#cut('stalled');
  }

  /** Ends it from our side: the view stops. */
  close(): void {
    if (this.#ended) return;
    this.#controller?.close();
    this.#end(undefined);
  }

  #pull(): Promise<void> | undefined {
    if (this.#ended) return undefined;
    const wanted = new Promise<void>((resolve) => (this.#wanting = resolve));
    this.#serve();
    return wanted;
  }

  #serve(): void {
    const piece = this.#piece();
    if (piece) this.#give(piece);
  }

  #give(piece: Uint8Array): void {
    const done = this.#wanting;
    this.#wanting = undefined;
    this.#servedAt = this.#options.now();
    this.#controller?.enqueue(piece);
    done?.();
  }

  /** What comes next, in one piece; undefined: nothing yet. */
  #piece(): Buffer | undefined {
    const { log, filter } = this.#options;
    const blocks: Buffer[] = [];
    if (this.#greeting) blocks.push(this.#greeting);
    this.#greeting = undefined;
    if (this.#epoch !== log.epoch || this.#next < log.first) this.#missed = true;
    if (this.#missed) {
      this.#missed = false;
      this.#epoch = log.epoch;
      this.#next = log.next;
      blocks.push(log.relist());
    }
    for (let bytes = 0; bytes < PIECE_BYTES; this.#next += 1) {
      const event = log.get(this.#next);
      if (!event) break;
      if (!filter(event)) continue;
      blocks.push(event.block);
      bytes += event.block.length;
    }
    // One event alone needs no copy: every reader is given the same bytes.
    return blocks.length > 1 ? Buffer.concat(blocks) : blocks[0];
  }

  #cut(reason: CutReason): void {
    this.#controller?.close();
    this.#end(reason);
    this.#options.drop();
  }

  #end(cut: CutReason | undefined): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#wanting?.();
    this.#wanting = undefined;
    this.#options.onEnd(cut);
  }
}
