import { Worker } from 'node:worker_threads';
import { abortReason } from '../../model/clock.ts';
import { Transient } from '../../model/errors.ts';
import { NO_METER, type Meter } from '../../model/meter.ts';
import { workerEntry } from '../../model/worker-entry.ts';
import { fromWire } from './rpc.ts';
import type { Reply, Request, Session } from './rpc.ts';

interface Pending {
  resolve(reply: Reply): void;
  reject(error: Error): void;
}

/** Methods that ask a server, by role and name, as they are counted. */
const ASKING: Readonly<Record<string, string>> = {
  'source tip': 'tip',
  'source fetch': 'fetch',
  'source deepen': 'deepen',
  'source tipOf': 'branch-tip',
  'source bringBeside': 'branch-fetch',
  'writer tip': 'status-tip',
  'writer read': 'status-read',
  'writer list': 'status-read',
  'writer push': 'push',
};

let lastSession = 0;

/** An id for one source or writer, unique in this process. */
export function newSessionId(): string {
  return `git-${++lastSession}`;
}

/**
 * The main thread's end of the git thread. Starts it at the first request and anew after a crash, whose open requests
 * fail as Transient. One thread serves every source and writer of a process.
 */
export class GitThread {
  #worker: Worker | undefined;
  #lastId = 0;
  #closed = false;
  readonly #pending = new Map<number, Pending>();
  readonly #meter: Meter;

  constructor(meter: Meter = NO_METER) {
    this.#meter = meter;
  }

  /** One request, one answer. An aborted request rejects at once and is stopped over there. */
  async call<T>(session: Session, method: string, args: unknown[], signal: AbortSignal): Promise<T> {
    const id = ++this.#lastId;
    const type = ASKING[`${session.role} ${method}`];
    try {
      const reply = await this.#ask({ id, kind: 'call', session, method, args }, signal);
      if (type !== undefined) this.#meter.count('gitRequests', { type, result: 'ok' });
      return (reply as { value: T }).value;
    } catch (error) {
      if (type !== undefined && !signal.aborted) this.#meter.count('gitRequests', { type, result: 'failed' });
      throw error;
    }
  }

  /** Messages one by one, each made when it is asked for. */
  async *stream<T>(session: Session, method: string, args: unknown[], signal: AbortSignal): AsyncGenerator<T> {
    const id = ++this.#lastId;
    await this.#ask({ id, kind: 'stream', session, method, args }, signal);
    let ended = false;
    try {
      for (;;) {
        const reply = await this.#ask({ id, kind: 'next' }, signal);
        if (reply.kind === 'done') {
          ended = true;
          return;
        }
        yield (reply as { value: T }).value;
      }
    } finally {
      if (!ended) this.#worker?.postMessage({ id, kind: 'return' } satisfies Request);
    }
  }

  /** Closes one source or writer over there. */
  async closeSession(session: string): Promise<void> {
    if (!this.#worker || this.#closed) return;
    await this.#ask({ id: ++this.#lastId, kind: 'close', session }, new AbortController().signal);
  }

  /** Ends the thread; what is under way fails. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#worker?.terminate();
    this.#worker = undefined;
  }

  #ask(request: Request, signal: AbortSignal): Promise<Reply> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(abortReason(signal));
      const worker = this.#start();
      const aborted = (): void => {
        this.#forget(request.id);
        this.#worker?.postMessage({ id: request.id, kind: 'abort' } satisfies Request);
        reject(abortReason(signal));
      };
      const done = (): void => signal.removeEventListener('abort', aborted);
      signal.addEventListener('abort', aborted, { once: true });
      this.#pending.set(request.id, {
        resolve: (reply) => {
          done();
          if (reply.kind === 'error') reject(fromWire(reply.error));
          else resolve(reply);
        },
        reject: (error) => {
          done();
          reject(error);
        },
      });
      worker.ref();
      worker.postMessage(request);
    });
  }

  #start(): Worker {
    if (this.#worker) return this.#worker;
    if (this.#closed) throw new Transient('The git thread was closed.', { code: 'GIT_CLOSED' });
    const worker = new Worker(workerEntry(import.meta.url, './git-worker'), { name: 'git' });
    worker.unref();
    worker.on('message', (reply: Reply) => {
      const pending = this.#pending.get(reply.id);
      this.#forget(reply.id);
      pending?.resolve(reply);
    });
    worker.on('error', (error) => this.#lost(worker, error));
    worker.on('exit', () => this.#lost(worker, undefined));
    this.#worker = worker;
    return worker;
  }

  /** An idle thread does not keep the process alive, one at work does. */
  #forget(id: number): void {
    this.#pending.delete(id);
    if (this.#pending.size === 0) this.#worker?.unref();
  }

  #lost(worker: Worker, cause: unknown): void {
    if (this.#worker === worker) this.#worker = undefined;
    const lost = [...this.#pending.values()];
    this.#pending.clear();
    for (const pending of lost) {
      pending.reject(new Transient('The git thread ended in the middle of its work.', { code: 'GIT_CRASHED', cause }));
    }
  }
}
