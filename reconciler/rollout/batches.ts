import { resolveQuantity, type Quantity } from './quantity.ts';

/**
 * Cuts hosts into batches, in order. A number or percentage repeats until all hosts are placed; of a list each element is
 * one batch (canaries first) and the last element repeats. Percentages are of all hosts, not of those left.
 */
export function planBatches(hosts: readonly string[], batches: Quantity | readonly Quantity[]): string[][] {
  const sizes = (Array.isArray(batches) ? (batches as readonly Quantity[]) : [batches as Quantity]).map((quantity) =>
    resolveQuantity(quantity, hosts.length),
  );
  const planned: string[][] = [];
  let placed = 0;
  while (placed < hosts.length) {
    const size = sizes[Math.min(planned.length, sizes.length - 1)]!;
    planned.push(hosts.slice(placed, placed + size));
    placed += size;
  }
  return planned;
}

/** Size of the largest batch: the default of `maxUnavailable`. 1 when there is none. */
export function largestBatch(batches: readonly (readonly string[])[]): number {
  return Math.max(1, ...batches.map((batch) => batch.length));
}
