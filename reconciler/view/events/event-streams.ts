import type { Clock } from '../../model/clock.ts';
import type { EventLog } from './event-log.ts';
import type { EventFilter } from './event-filter.ts';
import { EventStream, type CutReason } from './event-stream.ts';

/** How many readers there may be, and how far behind one may fall. */
export interface StreamLimits {
  /** Streams of this process. Default 1,000. */
  maxStreams?: number;
  /** Streams of one principal. Default 200. */
  maxPerPrincipal?: number;
  /** Default 1 MiB. */
  maxBehindBytes?: number;
  /** Default 60,000. */
  stallMs?: number;
  /** Default an hour: who may no longer read is not told for longer than that. */
  maxAgeMs?: number;
  /** Between two comments when nothing happens, in milliseconds. Default 15,000. */
  keepAliveMs?: number;
}

/** Told of readers that come and go. */
export interface StreamWatch {
  /** So many streams are open now. */
  onCount?(open: number): void;
  onCut?(reason: CutReason): void;
  /** A stream was refused because there are too many. */
  onRefused?(): void;
}

export interface EventStreamsOptions extends StreamLimits {
  log: EventLog;
  clock: Clock;
  stopping: AbortSignal;
  watch?: StreamWatch;
}

/** Why no further stream is opened: too many of everybody, or of this one. */
export type Refusal = 'all' | 'own';

/** Every open stream of this process. */
export class EventStreams {
  readonly #options: Required<EventStreamsOptions>;
  readonly #open = new Set<EventStream>();
  readonly #byPrincipal = new Map<string, number>();
  #beating = false;

  constructor(options: EventStreamsOptions) {
    this.#options = {
      maxStreams: 1000,
      maxPerPrincipal: 200,
      maxBehindBytes: 1024 * 1024,
      stallMs: 60_000,
      maxAgeMs: 3_600_000,
      keepAliveMs: 15_000,
      watch: {},
      ...options,
    };
    const { log, stopping } = this.#options;
    const leave = log.onAppend(() => {
      for (const stream of [...this.#open]) stream.wake();
    });
    stopping.addEventListener(
      'abort',
      () => {
        leave();
        for (const stream of [...this.#open]) stream.close();
      },
      { once: true },
    );
  }

  get count(): number {
    return this.#open.size;
  }

  /** Opens a stream for a principal, or says why not. */
  open(
    principal: string,
    query: { filter: EventFilter; after: string | undefined; drop: () => void },
  ): EventStream | Refusal {
    const { clock, maxStreams, maxPerPrincipal, watch, stopping } = this.#options;
    const own = this.#byPrincipal.get(principal) ?? 0;
    const refusal = this.#open.size >= maxStreams ? 'all' : own >= maxPerPrincipal ? 'own' : undefined;
    if (refusal) {
      watch.onRefused?.();
      return refusal;
    }
    const stream: EventStream = new EventStream({
      ...this.#options,
      ...query,
      now: () => clock.monotonic(),
      onEnd: (cut) => this.#ended(stream, principal, cut),
    });
    this.#open.add(stream);
    this.#byPrincipal.set(principal, own + 1);
    watch.onCount?.(this.#open.size);
    if (stopping.aborted) stream.close();
    else if (!this.#beating) void this.#beat();
    return stream;
  }

  #ended(stream: EventStream, principal: string, cut: CutReason | undefined): void {
    this.#open.delete(stream);
    const left = (this.#byPrincipal.get(principal) ?? 1) - 1;
    if (left > 0) this.#byPrincipal.set(principal, left);
    else this.#byPrincipal.delete(principal);
    const { watch } = this.#options;
    watch.onCount?.(this.#open.size);
    if (cut) watch.onCut?.(cut);
  }

  /** Runs while there are readers. */
  async #beat(): Promise<void> {
    const { clock, keepAliveMs, stopping } = this.#options;
    this.#beating = true;
    while (this.#open.size > 0 && !stopping.aborted) {
      await clock.sleep(keepAliveMs, stopping).catch(() => undefined);
      for (const stream of [...this.#open]) stream.keepAlive();
    }
    this.#beating = false;
  }
}
