import type { Plan } from '../../model/plan.ts';
import type { Considered } from './consider.ts';

/** A plan that carries what it was made from, so that the status is read off the same decision. */
export interface OperationPlan extends Plan {
  considered: Considered | undefined;
}

export function operationPlan(considered: Considered | undefined): OperationPlan {
  return { changes: [], steps: considered?.steps ?? [], warnings: [], considered };
}
