import type { Json, JsonObject } from './json.ts';
import type { ResourceKey } from './resource.ts';

/** One thing to do, decided before anything is done. */
export interface Step {
  /** Stable: the same step of the same plan has the same id after a crash. Safe as a file name. */
  id: string;
  /** The verb: `connect`, `check`, `reboot`, `run`, `prove`, `putBack`. */
  action: string;
  /** Whom it concerns, for example `Host/web-1`. */
  target: ResourceKey;
  /** One line for people. */
  summary: string;
  /** True: doing it twice is harmless, so an unknown outcome is simply tried again. */
  idempotent: boolean;
  /** True: it only reads. Nothing anywhere is different after it, so it need not wait until its intent is durable. */
  looks?: true;
  /** True: the host is not available while it runs. */
  disruptive: boolean;
  timeoutMs: number;
  /** What the action needs; no secrets. */
  parameters: JsonObject;
  /** Order of the step among those of its host and round. */
  ordinal: number;
  round: number;
  /** True: nothing is done; the step's `verdict` is written as the host's outcome and its claim is released, in one transaction. */
  verdict?: StepOutcome;
}

/** A difference between desired and observed, for people. */
export interface Change {
  /** `+` create, `~` change in place, `-` remove, `-/+` replace. */
  symbol: '+' | '~' | '-' | '-/+';
  key: ResourceKey;
  /** What differs, a line each. */
  lines: string[];
}

/** What would be done, and nothing more. Empty means up to date. */
export interface Plan {
  changes: Change[];
  /** Steps in order; those of one batch stand together. */
  steps: Step[];
  warnings: string[];
}

/** How a step ended. `unknown`: we lost sight of it; it must be looked at again before anything is decided. */
export interface StepOutcome {
  result: 'succeeded' | 'failed' | 'skipped' | 'unknown';
  /** CamelCase word for programs. */
  reason: string;
  /** A sentence for people, without secrets and without control characters. */
  message: string;
  /** What later steps and the status need: exit code, new boot id. */
  data?: Record<string, Json>;
}

/** What the executor writes into the journal for one step: the intent before the effect, the outcome after it. */
export interface JournalRecord {
  format: number;
  /** Round of the operation: 0, then one more for each `retry`. */
  round: number;
  step: Step;
  /** ISO time of the intent. Never rewritten while the step is open. */
  startedAt: string;
  outcome?: StepOutcome & { at: string };
}

export const EMPTY_PLAN: Plan = { changes: [], steps: [], warnings: [] };
