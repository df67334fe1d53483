import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { allKinds } from '../../../schema/registry.ts';
import { Bug } from '../../model/errors.ts';
import { workerEntry } from '../../model/worker-entry.ts';
import type { Blob, FromWorker, ParsedEntry, ToWorker } from './parse-messages.ts';
import { packBlobs } from './parse-messages.ts';

/** One parse worker, seen from the main thread. One batch at a time. */
export class ParseThread {
  readonly #worker = new Worker(workerEntry(import.meta.url, './parse-worker'), {
    name: 'intendant-parse',
    // Kinds that a package from outside registered: definitions are plain data.
    workerData: allKinds(),
  });
  #failure: Error | undefined;

  constructor() {
    // Idle threads do not keep the process alive; a batch in hand does.
    this.#worker.unref();
    this.#worker.on('error', (error) => (this.#failure ??= error));
    this.#worker.on('exit', () => (this.#failure ??= new Bug('The thread that parses documents ended by itself.')));
  }

  get failed(): boolean {
    return this.#failure !== undefined;
  }

  /** The batch's results, a message at a time, each asked for only when the one before was taken. */
  async *parse(blobs: readonly Blob[], signal: AbortSignal): AsyncGenerator<ParsedEntry[]> {
    const batch = packBlobs(blobs);
    this.#worker.ref();
    try {
      this.#send(batch, [batch.content]);
      for (let done = false; !done;) {
        signal.throwIfAborted();
        this.#send({ type: 'pull' });
        const message = await this.#receive();
        done = message.done;
        yield message.entries;
      }
    } finally {
      this.#worker.unref();
    }
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #send(message: ToWorker, transfer: ArrayBuffer[] = []): void {
    if (this.#failure) throw this.#failure;
    this.#worker.postMessage(message, transfer);
  }

  async #receive(): Promise<FromWorker> {
    const stop = new AbortController();
    const ended = once(this.#worker, 'exit', { signal: stop.signal }).then(() => {
      throw this.#failure ?? new Bug('The thread that parses documents ended by itself.');
    });
    // Rejects with our own abort when the message came first.
    ended.catch(() => undefined);
    try {
      const answer = once(this.#worker, 'message', { signal: stop.signal });
      answer.catch(() => undefined);
      const [message] = (await Promise.race([answer, ended])) as [FromWorker];
      return message;
    } finally {
      stop.abort();
    }
  }
}
