import type { CounterId, GaugeId, HistogramId, LabelsOf } from './metrics.ts';

/** Where things that happen are counted. Costs next to nothing; never throws. */
export interface Meter {
  /** One more of it. A value that a label may not have counts as `other`. */
  count<Id extends CounterId>(id: Id, labels: LabelsOf<Id>): void;
  /** One measurement, in the unit that the name of the metric ends in. */
  observe<Id extends HistogramId>(id: Id, labels: LabelsOf<Id>, value: number): void;
  /** How to read a value without labels whenever somebody asks; the last one that was given counts. */
  gauge(id: GaugeId, read: () => number): void;
}

/** Counts nothing: where nobody asks. */
export const NO_METER: Meter = {
  count: () => undefined,
  observe: () => undefined,
  gauge: () => undefined,
};
