import type { Random } from '../model/clock.ts';

/** Exponential back-off with full jitter on the upper half: between half and all of `base * 2^failures`, at most `cap`. Milliseconds. */
export function backoffMs(failures: number, random: Random, base = 500, cap = 60_000): number {
  const ceiling = Math.min(cap, base * 2 ** Math.min(failures, 20));
  return ceiling / 2 + (ceiling / 2) * random();
}
