import type { ClusterSpec, OperationSpec } from '../../../../schema/generated/types.ts';
import type { StepPlace } from '../../../hosts/guarded-step.ts';
import type { JsonObject } from '../../../model/json.ts';
import type { Step, StepOutcome } from '../../../model/plan.ts';
import type { Inventory } from '../../../model/resource.ts';
import type { ActionContext } from '../actions/context.ts';

/**
 * Something beside a host that has to know when the host is acted on: a container manager, a load balancer, whatever a hook
 * speaks to. It joins an operation as steps before and after the act. A new one is a file and a line of the registry.
 */
export interface Neighbour {
  /** Word of the kind of neighbour, in frozen records for ever. */
  readonly type: string;
  /** Those that a Cluster or an Operation declares, in order. Pure. */
  declared(by: Declaration): { around: DeclaredNeighbour[]; lacking?: string[] };
  /**
   * What is done around each host: `before` in order, `after` undoes it. Pure, and the same for ever for the same
   * neighbour: a record that began under one build is gone on with under the next.
   */
  steps(neighbour: FrozenNeighbour): { before: TakeOutStep[]; after: NeighbourStep[] };
  /**
   * Performs one of its steps; safe to call again for the same step. `data.tookOut` = false in the outcome of a step that
   * takes out says that it changed nothing: the host was out before, or nothing was begun. Then nothing is put back.
   */
  apply(context: NeighbourContext): Promise<StepOutcome>;
  /** Where a step that is not idempotent leaves its record: that is asked after the store was lost. */
  recordOf?(step: Step, stepsRoot: string): StepRecord;
}

/** A step of a neighbour that is performed: of the host that it is told of only the name is known. */
export type NeighbourContext = Omit<ActionContext, 'target'>;

/** Who declares neighbours. */
export interface Declaration {
  /** For people: `cluster web`, `the operation`. */
  owner: string;
  cluster?: ClusterSpec;
  operation?: OperationSpec;
  inventory: Inventory;
}

/** What Begin freezes of a neighbour. */
export interface DeclaredNeighbour {
  type: string;
  /** For people, and unique within an operation: `hook pool of cluster web`. */
  name: string;
  settings: JsonObject;
}

export interface FrozenNeighbour extends DeclaredNeighbour {
  /** Hosts that it stands beside; absent = all of the operation. */
  hosts?: string[];
}

/** One action around the act. The seam adds to its parameters which neighbour it belongs to, and on which side it stands. */
export interface NeighbourStep {
  action: string;
  summary: string;
  idempotent: boolean;
  timeoutMs: number;
  parameters: JsonObject;
  /** Its record lies on a helper host: its intent holds the digest and the folder. */
  guarded?: boolean;
}

export interface TakeOutStep extends NeighbourStep {
  /** What it does has to be undone by the steps after. Absent: it only looks, or is undone by nothing (drain). */
  takesOut?: boolean;
}

/** The record of a guarded step, and the host that holds it. */
export interface StepRecord {
  host: string;
  place: StepPlace;
}
