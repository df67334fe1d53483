import { Worker } from 'node:worker_threads';
import { Transient } from '../../../model/errors.ts';
import type { Sensitive } from '../../../model/sensitive.ts';
import { workerEntry } from '../../../model/worker-entry.ts';
import type { CompareAnswer, CompareQuestion } from './bcrypt-worker.ts';

/** Comparisons that may wait; what comes on top is told to try again. At cost 12 one takes half a second. */
const MOST_WAITING = 24;

interface Waiter {
  resolve: (matches: boolean) => void;
  reject: (error: Error) => void;
}

/** Compares passwords with bcrypt hashes in a thread of its own: the event loop is not held up. The thread lives while it is asked. */
export class Bcrypt {
  #worker: Worker | undefined;
  #next = 0;
  readonly #waiting = new Map<number, Waiter>();
  readonly #open: () => Worker;

  constructor(open = () => new Worker(workerEntry(import.meta.url, './bcrypt-worker'))) {
    this.#open = open;
  }

  /** Throws Transient `SIGN_IN_BUSY` when too many wait, or the thread was lost. A hash that is none matches nothing. */
  compare(password: Sensitive, hash: string): Promise<boolean> {
    if (this.#waiting.size >= MOST_WAITING)
      return Promise.reject(busy(`${MOST_WAITING} passwords wait to be compared`));
    const worker = (this.#worker ??= this.#start());
    // The process may end while nobody waits.
    worker.ref();
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      worker.postMessage({ id, password: password.reveal(), hash } satisfies CompareQuestion);
    });
  }

  #start(): Worker {
    const worker = this.#open();
    worker.on('message', ({ id, matches }: CompareAnswer) => {
      this.#waiting.get(id)?.resolve(matches);
      this.#waiting.delete(id);
      if (this.#waiting.size === 0) worker.unref();
    });
    const lost = (why: string): void => {
      // It fails, then it ends: who waits by then waits for another.
      if (this.#worker !== worker) return;
      this.#worker = undefined;
      for (const { reject } of this.#waiting.values()) reject(busy(why));
      this.#waiting.clear();
    };
    worker.on('error', (error) => lost(`the thread that compares passwords failed: ${error.message}`));
    worker.on('exit', () => lost('the thread that compares passwords ended'));
    return worker;
  }
}

function busy(why: string): Transient {
  return new Transient(`Passwords cannot be compared: ${why}.`, { code: 'SIGN_IN_BUSY' });
}
