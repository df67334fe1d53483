import { abortReason } from '../../model/clock.ts';

/** A door has room for as many as may still fail. */
export interface Door {
  key: string;
  /** How many more may fail, and where none may, after how many seconds. */
  left: () => Promise<{ left: number; retryAfterSeconds: number }>;
}

/** Lets in at once only as many as may still fail; others wait until one has left, and are let in or sent away then. */
export class Gate {
  readonly #inside = new Map<string, number>();
  #waiting: (() => void)[] = [];
  #departures = 0;

  /** Rejects with the signal's reason when it is aborted first. */
  async enter(
    doors: readonly Door[],
    signal: AbortSignal,
  ): Promise<{ leave: () => void } | { retryAfterSeconds: number }> {
    for (;;) {
      signal.throwIfAborted();
      const before = this.#departures;
      const rooms = await Promise.all(doors.map(async ({ key, left }) => ({ key, ...(await left()) })));
      // Somebody left meanwhile, and what was read may be old.
      if (before !== this.#departures) continue;
      const closed = rooms.filter(({ left }) => left <= 0);
      if (closed.length > 0) return { retryAfterSeconds: Math.max(...closed.map((door) => door.retryAfterSeconds)) };
      if (rooms.every(({ key, left }) => (this.#inside.get(key) ?? 0) < left)) {
        this.#count(doors, 1);
        return { leave: () => this.#leave(doors) };
      }
      await this.#oneLeft(signal);
    }
  }

  #leave(doors: readonly Door[]): void {
    this.#departures += 1;
    this.#count(doors, -1);
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }

  #count(doors: readonly Door[], by: number): void {
    for (const { key } of doors) {
      const inside = (this.#inside.get(key) ?? 0) + by;
      if (inside === 0) this.#inside.delete(key);
      else this.#inside.set(key, inside);
    }
  }

  #oneLeft(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        this.#waiting = this.#waiting.filter((each) => each !== wake);
        reject(abortReason(signal));
      };
      const wake = (): void => {
        signal.removeEventListener('abort', stop);
        resolve();
      };
      signal.addEventListener('abort', stop, { once: true });
      this.#waiting.push(wake);
    });
  }
}
