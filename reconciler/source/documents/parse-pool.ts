import { availableParallelism } from 'node:os';
import { ParseThread } from './parse-thread.ts';
import type { Blob, ParsedEntry } from './parse-messages.ts';

/** More threads than this gain nothing: reading blobs becomes the limit. */
const MOST_THREADS = 2;
/** Blobs given to a thread at a time: small enough to share the work evenly. */
const BLOBS_PER_BATCH = 400;
/** Threads without work for this long are ended. */
const IDLE_MS = 30_000;

/** Threads that parse documents: started when there is work, ended when there is none. */
export class ParsePool {
  readonly #size: number;
  readonly #idleMs: number;
  readonly #idle: ParseThread[] = [];
  #started = 0;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor({ size = Math.min(MOST_THREADS, availableParallelism()), idleMs = IDLE_MS } = {}) {
    this.#size = size;
    this.#idleMs = idleMs;
  }

  /**
   * Results in the order in which they are ready. Blobs are read only as fast as threads become free, and threads go on
   * only as fast as results are taken. A thread's failure fails the call.
   */
  async *parse(blobs: AsyncIterable<readonly Blob[]>, signal: AbortSignal): AsyncGenerator<ParsedEntry[]> {
    clearTimeout(this.#timer);
    const batches = inBatches(blobs);
    const lanes = Array.from({ length: this.#size }, () => this.#lane(batches, signal));
    try {
      yield* merged(lanes);
    } finally {
      await Promise.allSettled(lanes.map((lane) => lane.return(undefined)));
      await batches.return(undefined);
      this.#rest();
    }
  }

  /** Threads that live now, idle or at work. */
  get threads(): number {
    return this.#started;
  }

  /** Ends all threads. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#endIdle();
  }

  /** One thread's share: takes a batch whenever it has none. */
  async *#lane(batches: AsyncIterator<Blob[]>, signal: AbortSignal): AsyncGenerator<ParsedEntry[]> {
    let thread: ParseThread | undefined;
    let clean = false;
    try {
      for (let next = await batches.next(); next.done !== true; next = await batches.next()) {
        thread ??= await this.#take();
        yield* thread.parse(next.value, signal);
      }
      clean = true;
    } finally {
      // One that was left in the middle of a batch still has results that nobody will ask for.
      if (thread && clean && !thread.failed && !this.#closed) this.#idle.push(thread);
      else await this.#end(thread);
    }
  }

  /** One that rests, or a new one. What broke while it rested is put away. */
  async #take(): Promise<ParseThread> {
    for (let thread = this.#idle.pop(); thread; thread = this.#idle.pop()) {
      if (!thread.failed) return thread;
      await this.#end(thread);
    }
    return this.#start();
  }

  #start(): ParseThread {
    this.#started += 1;
    return new ParseThread();
  }

  async #end(thread: ParseThread | undefined): Promise<void> {
    if (!thread) return;
    this.#started -= 1;
    await thread.end();
  }

  #rest(): void {
    if (this.#closed) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#endIdle(), this.#idleMs);
    this.#timer.unref();
  }

  async #endIdle(): Promise<void> {
    const threads = this.#idle.splice(0);
    await Promise.all(threads.map((thread) => this.#end(thread)));
  }
}

/** Arrays of any size as batches for threads. An async generator queues concurrent `next` calls: lanes may share it. */
async function* inBatches(blobs: AsyncIterable<readonly Blob[]>): AsyncGenerator<Blob[]> {
  let batch: Blob[] = [];
  for await (const some of blobs) {
    for (const blob of some) {
      batch.push(blob);
      if (batch.length < BLOBS_PER_BATCH) continue;
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}

/** Several generators as one: each is asked for its next value only after the last one was taken. */
async function* merged<T>(sources: readonly AsyncGenerator<T>[]): AsyncGenerator<T> {
  const ask = async (source: AsyncGenerator<T>) => ({ source, result: await source.next() });
  const pending = new Map(sources.map((source) => [source, ask(source)]));
  while (pending.size > 0) {
    const { source, result } = await Promise.race(pending.values());
    if (result.done) {
      pending.delete(source);
      continue;
    }
    yield result.value;
    pending.set(source, ask(source));
  }
}
