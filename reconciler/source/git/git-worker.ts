import { parentPort } from 'node:worker_threads';
import type { MessagePort, TransferListItem } from 'node:worker_threads';
import type { BranchCommit } from '../source.ts';
import { BranchEngine } from './branch-engine.ts';
import { ConfigEngine } from './config-engine.ts';
import type { BlobBatch } from './config-engine.ts';
import { toWire } from './rpc.ts';
import type { Reply, Request, Session } from './rpc.ts';

/** The git thread: all reading, unpacking, hashing and talking to git servers happens here, off the main event loop. */
class GitWorker {
  readonly #port: MessagePort;
  readonly #engines = new Map<string, Promise<ConfigEngine | BranchEngine>>();
  readonly #running = new Map<number, AbortController>();
  readonly #streams = new Map<number, Iterator<BlobBatch>>();

  constructor(port: MessagePort) {
    this.#port = port;
    port.on('message', (request: Request) => void this.#receive(request));
  }

  async #receive(request: Request): Promise<void> {
    const { id } = request;
    try {
      switch (request.kind) {
        case 'call':
          return this.#reply({ id, kind: 'value', value: await this.#call(request) });
        case 'stream':
          return this.#reply({ id, kind: 'value', value: await this.#open(request) });
        case 'next':
          return this.#next(id);
        case 'return':
          this.#streams.get(id)?.return?.();
          this.#streams.delete(id);
          return;
        case 'abort':
          this.#running.get(id)?.abort(new Error('aborted'));
          return;
        case 'close':
          return this.#reply({ id, kind: 'value', value: await this.#close(request.session) });
      }
    } catch (error) {
      this.#streams.delete(id);
      this.#reply({ id, kind: 'error', error: toWire(error) });
    }
  }

  async #call(request: Request & { kind: 'call' | 'stream' }): Promise<unknown> {
    const controller = new AbortController();
    this.#running.set(request.id, controller);
    try {
      const engine = await this.#engine(request.session);
      return await perform(engine, request.method, request.args, controller.signal);
    } finally {
      this.#running.delete(request.id);
    }
  }

  async #open(request: Request & { kind: 'call' | 'stream' }): Promise<void> {
    const engine = (await this.#engine(request.session)) as ConfigEngine;
    this.#streams.set(request.id, engine.blobs(request.args[0] as string[]));
  }

  #next(id: number): void {
    const next = this.#streams.get(id)?.next() ?? { done: true };
    if (!next.done)
      return this.#reply({ id, kind: 'value', value: next.value }, [next.value.data.buffer as ArrayBuffer]);
    this.#streams.delete(id);
    this.#reply({ id, kind: 'done' });
  }

  #engine(session: Session): Promise<ConfigEngine | BranchEngine> {
    const known = this.#engines.get(session.id);
    if (known) return known;
    const { role, options } = session;
    const opened = role === 'source' ? ConfigEngine.open(options) : BranchEngine.open(options);
    this.#engines.set(session.id, opened);
    // A repository that could not be opened is tried again by the next request.
    opened.catch(() => this.#engines.delete(session.id));
    return opened;
  }

  async #close(session: string): Promise<void> {
    const engine = this.#engines.get(session);
    this.#engines.delete(session);
    (await engine?.catch(() => undefined))?.close();
  }

  #reply(reply: Reply, transfer: TransferListItem[] = []): void {
    this.#port.postMessage(reply, transfer);
  }
}

/** The methods that may be called, by name; arguments come from our own proxies. */
function perform(
  engine: ConfigEngine | BranchEngine,
  method: string,
  args: unknown[],
  signal: AbortSignal,
): Promise<unknown> {
  const [first, second] = args as [string, string];
  if (engine instanceof ConfigEngine) {
    switch (method) {
      case 'tip':
        return engine.tip(signal);
      case 'fetch':
        return engine.fetch(first, second, signal);
      case 'tipOf':
        return engine.tipOf(first, signal);
      case 'bringBeside':
        return engine.bringBeside(first, signal);
      case 'forkPoint':
        return engine.forkPoint(first, second, signal);
      case 'diff':
        return engine.diff(first, second);
      case 'commitInfo':
        return engine.commitInfo(first);
      case 'fileOrigin':
        return engine.fileOrigin(first, second, signal);
      case 'deepen':
        return engine.deepen(first, signal);
      case 'untrusted': {
        const [range, signers, nowMs] = args as Parameters<ConfigEngine['untrusted']>;
        return engine.untrusted(range, signers, nowMs, signal);
      }
      case 'signatures':
        return engine.signatures(...(args as Parameters<ConfigEngine['signatures']>));
    }
  } else {
    switch (method) {
      case 'tip':
        return engine.tip(first, signal);
      case 'read':
        return engine.read(first, args[1] as string[], signal);
      case 'list':
        return engine.list(first, signal);
      case 'push':
        return engine.push(args[0] as BranchCommit, signal);
    }
  }
  throw new Error(`the git thread has no method ${method}`);
}

if (parentPort) new GitWorker(parentPort);
