/** One measured number, beside what it is to be compared with. */
export interface Figure {
  name: string;
  value: number;
  unit: 'ms' | 's' | 'MiB' | 'bytes' | 'ratio';
  /** The same work by the tool that people would use otherwise, in the same run and unit. */
  yardstick?: number;
  /** value / yardstick. */
  ratio?: number;
  /** What the design allows: for `ratio` where there is a yardstick, else for `value`. */
  limit?: number;
}

/** A figure with its ratio. */
export function compared(name: string, unit: Figure['unit'], value: number, yardstick: number, limit?: number): Figure {
  return { name, value, unit, yardstick, ratio: value / yardstick, limit };
}

/** The middle of some measurements. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

/** Milliseconds that an action took. */
export async function timed(action: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await action();
  return performance.now() - started;
}
