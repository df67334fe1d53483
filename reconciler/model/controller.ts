import type { IntendantError } from './errors.ts';
import type { Json } from './json.ts';
import type { Plan, Step, StepOutcome } from './plan.ts';
import type { Kind, Resource, ResourceKey } from './resource.ts';
import type { ObjectStatus } from './status.ts';

/** How one reconcile of a key ended, and so when it is looked at again. */
export type Outcome =
  | { result: 'steady'; recheckAfterMs?: number }
  | { result: 'progress' }
  /** Without `retryAfterMs` somebody or something else must act first; with it, time alone ends the wait. */
  | { result: 'waiting'; reason: string; retryAfterMs?: number }
  | { result: 'stalled'; reason: string }
  | { result: 'failed'; error: IntendantError };

/**
 * One kind's way from desired to actual. The engine calls the methods in this order and does all the rest: queue, gates,
 * journal, status write.
 *
 * @typeParam Observed what the kind reads of the world.
 * @typeParam Deps what the kind needs to read and act; the kind declares it, the composition root provides it.
 */
export interface Controller<K extends Kind, Observed, Deps, Context> {
  readonly kind: K;
  /** Reads the world, never changes it. `resource` is undefined when the object has left the repository. */
  observe(key: ResourceKey<K>, resource: Resource<K> | undefined, deps: Deps, signal: AbortSignal): Promise<Observed>;
  /** Pure: no clock, no I/O. */
  plan(resource: Resource<K> | undefined, observed: Observed, context: Context): Plan;
  /** Pure: the object's status and when to look again, from the same facts as the plan. */
  assess(resource: Resource<K> | undefined, observed: Observed, plan: Plan, context: Context): Assessment;
  /** Performs exactly one step, and is safe to call again for the same step after a crash. */
  apply(step: Step, deps: Deps, signal: AbortSignal): Promise<StepOutcome>;
}

export interface Assessment {
  /** Undefined: the object is gone and its status with it. */
  status: ObjectStatus | undefined;
  /**
   * What the kind remembers beside its status, written in the same transaction, before any step of the plan begins.
   * Undefined: as it was. Null: forget it.
   */
  record?: Json;
  /**
   * Operations that this object wants beside those of the repository, or (without spec) wants no more; written in the same
   * transaction. One that stands already is left as it is.
   */
  operations?: readonly { name: string; spec: Json | undefined }[];
  /**
   * The object as it goes on while it is undone, although it has left the repository; null: it is undone. Written in the same
   * transaction. Undefined: as it was.
   */
  leaving?: Json;
  /** What others go by has changed although the status word has not: those whom this object concerns look again. */
  concernsOthers?: boolean;
  outcome: Outcome;
}
