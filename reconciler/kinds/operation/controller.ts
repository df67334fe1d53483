import type { Controller } from '../../model/controller.ts';
import type { KindContext, KindDeps, KindTraits } from '../context.ts';
import { applyOperationStep } from './actions/apply.ts';
import { assessOperation } from './assess.ts';
import { unfinishedOperations } from './concerned.ts';
import { consider } from './consider.ts';
import { keyOf, type ResourceKey } from '../../model/resource.ts';
import type { ObjectStatus } from '../../model/status.ts';
import { keys } from '../../store/keys.ts';
import { asOperationRecord, isTerminal, type Phase } from './record.ts';
import { observeOperation, type OperationObserved } from './observed.ts';
import { operationPlan, type OperationPlan } from './plan.ts';

/**
 * An operation on hosts. Looking at it never awaits a host: it reads the journal, says which steps may begin now, and
 * returns; each step is a task of its own and brings the operation back when it ends.
 */
export const operationController: Controller<'Operation', OperationObserved, KindDeps, KindContext> & KindTraits = {
  kind: 'Operation',
  inTurn: true,

  async observe(key, resource, deps) {
    return observeOperation(key, resource?.spec, deps);
  },

  plan(resource, observed, context) {
    return operationPlan(consider(resource?.spec, observed, context));
  },

  assess(resource, observed, plan, context) {
    return assessOperation(resource, observed, (plan as OperationPlan).considered, context);
  },

  apply(step, deps, signal) {
    return applyOperationStep(step, deps, signal);
  },

  affects: (key, status, deps) => [
    ...unfinishedOperations(deps).filter((other) => other !== key),
    ...appliedTo(status, deps),
  ],
};

/** The clusters whose profile an operation has applied, and its hosts: they are compared again, and what is left is decided. */
function appliedTo(status: ObjectStatus | undefined, { live }: KindDeps): ResourceKey[] {
  if (status?.detail.type !== 'apply' || !isTerminal(status.status as Phase)) return [];
  const { frozen } = asOperationRecord(live.get(keys.record(status.key))) ?? {};
  return [
    ...(frozen?.hosts ?? []).map((host) => keyOf('Host', host)),
    ...(frozen?.clusters ?? []).map((cluster) => keyOf('Cluster', cluster)),
  ];
}
