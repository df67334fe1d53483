import type { Meter } from '../../reconciler/model/meter.ts';

/** Remembers what was counted, as `id label=value,…`, and how often. */
export class CountingMeter implements Meter {
  readonly counts = new Map<string, number>();
  readonly gauges = new Map<string, () => number>();

  count(id: string, labels: Readonly<Record<string, string>>): void {
    const line = [id, ...Object.entries(labels).map(([label, value]) => `${label}=${value}`)].join(' ');
    this.counts.set(line, (this.counts.get(line) ?? 0) + 1);
  }

  observe(id: string, labels: Readonly<Record<string, string>>): void {
    this.count(id, labels);
  }

  gauge(id: string, read: () => number): void {
    this.gauges.set(id, read);
  }
}
