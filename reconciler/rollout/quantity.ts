/** A whole number of hosts, or a percentage of them such as `"25%"`. */
export type Quantity = number | string;

/**
 * The number of hosts that a quantity means among `total`: percentages round down, as Ansible's `serial` does, and the
 * answer is at least 1 (a rollout that may never touch a host is a mistake, not a wish) and at most `total` when that is not 0.
 */
export function resolveQuantity(quantity: Quantity, total: number): number {
  const wanted = typeof quantity === 'number' ? quantity : Math.floor((Number.parseInt(quantity, 10) * total) / 100);
  return Math.max(1, Math.min(wanted, Math.max(total, 1)));
}
