import { setImmediate as nextTurn } from 'node:timers/promises';

/** Work that yields wherever others may have the event loop; what it returns does not depend on how it is driven. */
export type Turns<T> = Generator<undefined, T, undefined>;

/** Items between two yields, by default: a millisecond or two of work. Counted, not timed: the clock has no say. */
const ITEMS_PER_TURN = 250;

/** Counts items and says when it is time to yield. */
export class Pace {
  readonly #every: number;
  #left: number;

  constructor(every = ITEMS_PER_TURN) {
    this.#every = every;
    this.#left = every;
  }

  /** Called once for each item: true when others should have their turn before it. */
  isOver(): boolean {
    if (this.#left-- > 0) return false;
    this.#left = this.#every - 1;
    return true;
  }
}

/** Does the work in one go, for callers that have nothing else to do. */
export function runAtOnce<T>(turns: Turns<T>): T {
  for (;;) {
    const next = turns.next();
    if (next.done === true) return next.value;
  }
}

/** Does the work with the event loop free at every yield. Not abortable: half of it would be worse than none. */
export async function runInTurns<T>(turns: Turns<T>): Promise<T> {
  for (;;) {
    const next = turns.next();
    if (next.done === true) return next.value;
    await nextTurn();
  }
}
