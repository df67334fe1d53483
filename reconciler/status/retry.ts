import type { Random } from '../model/clock.ts';

/** Delays in milliseconds. Somebody else pushed: soon, since the next try will probably get through. */
const MOVED = { first: 50, most: 5_000 };
/** The remote is away or says no: it will not change its mind within seconds. */
const TROUBLE = { first: 1_000, most: 60_000 };

/** Time to the next try, in milliseconds: doubling from the first, with a random half so that two never keep in step. */
export function retryDelay(kind: 'moved' | 'trouble', attempt: number, random: Random): number {
  const { first, most } = kind === 'moved' ? MOVED : TROUBLE;
  const ceiling = Math.min(most, first * 2 ** Math.min(attempt, 20));
  return Math.round(ceiling * (0.5 + random() / 2));
}
