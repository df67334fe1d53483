/** One measured figure, with the yardstick that was run beside it. */
export interface Figure {
  name: string;
  value: number;
  unit: string;
  /** What the yardstick measured, in the same unit. */
  yardstick?: number;
  /** value / yardstick. */
  ratio?: number;
}

/** A part of the benchmark; may give several figures. `names` are what `--only` selects. */
export interface BenchPart {
  names: readonly string[];
  run(): Promise<Figure[]>;
}

export function figure(name: string, value: number, unit: string, yardstick?: number): Figure {
  return yardstick === undefined ? { name, value, unit } : { name, value, unit, yardstick, ratio: value / yardstick };
}

/** Milliseconds that an action takes, and its answer. */
export async function timed<T>(action: () => Promise<T> | T): Promise<{ ms: number; answer: T }> {
  const since = performance.now();
  const answer = await action();
  return { ms: performance.now() - since, answer };
}

/** The middle of some measurements. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
