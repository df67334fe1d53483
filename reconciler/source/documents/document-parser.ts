import type { Clock } from '../../model/clock.ts';
import { messageOf } from '../../model/errors.ts';
import type { ParsedFile } from '../source.ts';
import { ParseCache } from './parse-cache.ts';
import { parseFile } from './parse-file.ts';
import type { Blob, ParsedEntry } from './parse-messages.ts';
import { ParsePool } from './parse-pool.ts';

/**
 * Without a thread that is ready, a change this small is parsed where it is: it takes a millisecond or two, and a thread a
 * hundred to start.
 */
const SMALL_BYTES = 16 * 1024;

export interface DocumentParserOptions {
  /** Folder of the on-disk cache; without it nothing is cached. */
  cacheFolder?: string;
  clock: Clock;
  /** Told when the cache cannot be written; parsing goes on without it. */
  onProblem?: (message: string) => void;
  /** Number of threads; by default as many as there are processors, at most two. */
  threads?: number;
}

/** Blobs to parsed files, through the cache on disk and off the main thread. */
export class DocumentParser {
  readonly #cache: ParseCache | undefined;
  readonly #pool: ParsePool;
  readonly #onProblem: (message: string) => void;

  constructor({ cacheFolder, clock, onProblem = () => undefined, threads }: DocumentParserOptions) {
    this.#cache = cacheFolder === undefined ? undefined : new ParseCache(cacheFolder, clock);
    this.#pool = new ParsePool(threads === undefined ? {} : { size: threads });
    this.#onProblem = onProblem;
  }

  /** What the cache knows of these blobs, at most 200 files at a time. */
  async *lookup(oids: readonly string[], signal: AbortSignal): AsyncGenerator<ParsedFile[]> {
    if (this.#cache) yield* this.#cache.lookup(oids, signal);
  }

  /** Parses these blobs and remembers the results. Files come in the order in which they are ready. */
  async *parse(blobs: AsyncIterable<readonly Blob[]>, signal: AbortSignal): AsyncGenerator<ParsedFile[]> {
    const parsed: ParsedEntry[] = [];
    const { small, rest } = await takeSmall(blobs);
    const entries = rest ? this.#pool.parse(rest, signal) : parseHere(small);
    try {
      for await (const some of entries) {
        if (this.#cache) parsed.push(...some);
        yield some.map(({ json }) => JSON.parse(json) as ParsedFile);
      }
    } finally {
      await this.#remember(parsed);
    }
  }

  /** From the cache what it knows, and the rest parsed from what `read` gives for it. */
  async *parseThrough(
    oids: readonly string[],
    read: (missing: string[]) => AsyncIterable<readonly Blob[]>,
    signal: AbortSignal,
  ): AsyncGenerator<ParsedFile[]> {
    const missing = new Set(oids);
    for await (const files of this.lookup([...missing], signal)) {
      for (const { oid } of files) missing.delete(oid);
      yield files;
    }
    if (missing.size > 0) yield* this.parse(read([...missing]), signal);
  }

  async close(): Promise<void> {
    await this.#pool.close();
  }

  async #remember(parsed: readonly ParsedEntry[]): Promise<void> {
    try {
      await this.#cache?.store(parsed);
    } catch (error) {
      this.#onProblem(`The cache of parsed documents cannot be written: ${messageOf(error)}`);
    }
  }
}

/** All blobs when they are few and small, else an iterable of all of them. */
async function takeSmall(
  blobs: AsyncIterable<readonly Blob[]>,
): Promise<{ small: Blob[]; rest?: AsyncIterable<readonly Blob[]> }> {
  const iterator = blobs[Symbol.asyncIterator]();
  const small: Blob[] = [];
  let bytes = 0;
  for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) {
    for (const blob of next.value) {
      small.push(blob);
      bytes += blob.bytes.length;
    }
    if (bytes > SMALL_BYTES) return { small, rest: resumed(small, iterator) };
  }
  return { small };
}

async function* resumed(
  first: readonly Blob[],
  iterator: AsyncIterator<readonly Blob[]>,
): AsyncGenerator<readonly Blob[]> {
  try {
    yield first;
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value;
  } finally {
    await iterator.return?.();
  }
}

async function* parseHere(blobs: readonly Blob[]): AsyncGenerator<ParsedEntry[]> {
  if (blobs.length > 0) yield blobs.map(({ oid, bytes }) => ({ oid, json: JSON.stringify(parseFile(oid, bytes)) }));
}
