import { isoTime } from '../../model/clock.ts';
import { mergeConditions, type ConditionClaim } from '../../model/conditions.ts';
import type { Controller } from '../../model/controller.ts';
import { Bug } from '../../model/errors.ts';
import { EMPTY_PLAN } from '../../model/plan.ts';
import type { Kind, Resource, ResourceKey } from '../../model/resource.ts';
import type { ObjectStatus } from '../../model/status.ts';
import { keys } from '../../store/keys.ts';
import type { KindContext, KindDeps } from '../context.ts';
import { revisionsFor } from '../revisions.ts';

export interface DeclaredObserved {
  key: ResourceKey;
  previous: ObjectStatus | undefined;
}

/**
 * A kind that others read and that does nothing of its own: accepted is all that its status says, unless `unready` knows
 * why it cannot be of use.
 */
export function declaredController(
  kind: Kind,
  unready?: (resource: Resource) => Omit<ConditionClaim, 'type'> | undefined,
): Controller<Kind, DeclaredObserved, KindDeps, KindContext> {
  return {
    kind,
    async observe(key, _resource, deps) {
      return { key, previous: deps.live.get(keys.object(key)) as unknown as ObjectStatus | undefined };
    },
    plan: () => EMPTY_PLAN,
    assess(resource, observed, _plan, context) {
      if (!resource) return { status: undefined, outcome: { result: 'steady' } };
      const ready: ConditionClaim = {
        type: 'Ready',
        status: 'True',
        reason: 'Accepted',
        message: 'accepted',
        ...unready?.(resource),
        observedGeneration: resource.digest,
      };
      const status: ObjectStatus = {
        key: observed.key,
        status: 'accepted',
        conditions: mergeConditions(observed.previous?.conditions ?? [], [ready], isoTime(context.nowMs)),
        ...revisionsFor(observed.key, resource.digest, observed.previous, context, ready.status === 'True'),
        detail: {},
      };
      return { status, outcome: { result: 'steady' } };
    },
    apply() {
      throw new Bug(`a ${kind} has no steps`);
    },
  };
}
