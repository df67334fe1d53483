import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Meter } from '../../model/meter.ts';
import {
  KINDS,
  METRICS,
  OPEN,
  OTHER,
  type CounterId,
  type GaugeId,
  type HistogramId,
  type LabelsOf,
  type MetricId,
  type MetricSpec,
} from '../../model/metrics.ts';

type Labels = Readonly<Record<string, string>>;

/** One line of a gauge. */
export interface Sample {
  labels: Labels;
  value: number;
}

/** What a gauge says now: a number where it has no labels, all its lines, or that nobody knows (then it has none). */
export type Reading = readonly Sample[] | number | 'unknown';

/** What reads gauges when somebody asks. Never throws. */
export type Source = () => Promise<Partial<Record<GaugeId, Reading>>>;

export interface MetricsOptions {
  /** Kinds of resources that are known. */
  kinds: readonly string[];
  /** Version of the program. */
  version: string;
  /** Also what prom-client says of the process. Default true. */
  ofProcess?: boolean;
}

/** Longest value of a label, in UTF-16 units. */
const MAX_VALUE = 200;

/** Every metric of this process, in a registry of its own, as Prometheus reads it. */
export class Metrics implements Meter {
  readonly contentType = Registry.PROMETHEUS_CONTENT_TYPE;
  readonly #registry = new Registry();
  readonly #counters = new Map<MetricId, Counter>();
  readonly #histograms = new Map<MetricId, Histogram>();
  readonly #gauges = new Map<MetricId, Gauge>();
  /** Values that each label of each metric may have; undefined: any. */
  readonly #values = new Map<MetricId, Readonly<Record<string, ReadonlySet<string> | undefined>>>();
  readonly #reads = new Map<GaugeId, () => number>();
  readonly #sources: Source[] = [];
  #asked: Promise<string> | undefined;

  constructor({ kinds, version, ofProcess = true }: MetricsOptions) {
    for (const id of Object.keys(METRICS) as MetricId[]) this.#make(id, METRICS[id], [...kinds].sort());
    if (ofProcess) collectDefaultMetrics({ register: this.#registry });
    this.source(async () => ({ info: [{ labels: { version }, value: 1 }] }));
  }

  count<Id extends CounterId>(id: Id, labels: LabelsOf<Id>): void {
    this.#counters.get(id)!.inc(this.#fit(id, labels));
  }

  observe<Id extends HistogramId>(id: Id, labels: LabelsOf<Id>, value: number): void {
    this.#histograms.get(id)!.observe(this.#fit(id, labels), Number.isFinite(value) ? value : 0);
  }

  gauge(id: GaugeId, read: () => number): void {
    this.#reads.set(id, read);
  }

  /** Adds what reads gauges with labels. */
  source(source: Source): void {
    this.#sources.push(source);
  }

  /** Everything as Prometheus reads it. Who asks while it is made for another gets the same. */
  text(): Promise<string> {
    this.#asked ??= this.#gather().finally(() => (this.#asked = undefined));
    return this.#asked;
  }

  async #gather(): Promise<string> {
    const found = await Promise.all(this.#sources.map((source) => source()));
    for (const [id, read] of this.#reads) this.#gauges.get(id)!.set(read());
    for (const values of found) {
      for (const [id, reading] of Object.entries(values) as [GaugeId, Reading][]) this.#show(id, reading);
    }
    return this.#registry.metrics();
  }

  #show(id: GaugeId, reading: Reading): void {
    const gauge = this.#gauges.get(id)!;
    if (typeof reading === 'number') return gauge.set(reading);
    if (reading === 'unknown') {
      gauge.reset();
      // One without labels begins anew with a line of its own.
      if (Object.keys(METRICS[id].labels).length === 0) gauge.remove();
      return;
    }
    this.#zero(id, METRICS[id]);
    for (const { labels, value } of reading) gauge.inc(this.#fit(id, labels), value);
  }

  #make(id: MetricId, spec: MetricSpec, kinds: readonly string[]): void {
    const { name, help, type, buckets } = spec;
    const labelNames = Object.keys(spec.labels);
    const values = Object.fromEntries(
      Object.entries(spec.labels).map(([label, some]) => [label, some === KINDS ? kinds : some] as const),
    );
    this.#values.set(
      id,
      Object.fromEntries(
        Object.entries(values).map(([label, some]) => [label, some === OPEN ? undefined : new Set(some)]),
      ),
    );
    const common = { name, help, labelNames, registers: [this.#registry] };
    const all = combinations(values);
    if (type === 'counter') {
      const counter = new Counter(common);
      for (const labels of all) counter.inc(labels, 0);
      this.#counters.set(id, counter);
    } else if (type === 'histogram') {
      const histogram = new Histogram({ ...common, ...(buckets && { buckets: [...buckets] }) });
      for (const labels of all) histogram.zero(labels);
      this.#histograms.set(id, histogram);
    } else {
      this.#gauges.set(id, new Gauge(common));
      this.#zero(id, spec);
    }
  }

  /** All lines of a gauge whose values are known, at zero, and no others. */
  #zero(id: MetricId, { labels }: MetricSpec): void {
    const gauge = this.#gauges.get(id)!;
    gauge.reset();
    for (const combination of combinations(labels)) gauge.set(combination, 0);
  }

  #fit(id: MetricId, labels: Labels): Record<string, string> {
    const allowed = this.#values.get(id)!;
    const fit: Record<string, string> = {};
    for (const label of Object.keys(allowed)) {
      const value = String(labels[label] ?? '').slice(0, MAX_VALUE);
      const known = allowed[label];
      fit[label] = !known || known.has(value) ? value : OTHER;
    }
    return fit;
  }
}

/** Every combination of the values of labels; none where one is open. */
function combinations(values: Readonly<Record<string, readonly string[]>>): Record<string, string>[] {
  let found: Record<string, string>[] = [{}];
  for (const [label, some] of Object.entries(values)) {
    if (some === OPEN) return [];
    found = found.flatMap((labels) => some.map((value) => ({ ...labels, [label]: value })));
  }
  return found;
}
