import type { OperationSpec } from '../../../schema/generated/types.ts';
import { haltHold } from '../../rollout/brake.ts';
import type { Hold, RolloutDecision } from '../../rollout/decide.ts';
import { alertHold } from '../../rollout/alerts.ts';
import { dependencyHold } from '../../rollout/dependencies.ts';
import { freezeHold } from '../../rollout/freeze.ts';
import type { Overrun } from '../../rollout/windows/hold.ts';
import { adoptedHold, type AdoptedHold } from './adopted.ts';
import { trippedBreaker } from './breaker.ts';
import type { FrozenNeighbour } from './neighbours/neighbour.ts';
import type { OperationObserved } from './observed.ts';
import { unseenHold } from './unseen.ts';
import { windowsHold } from './windows.ts';

/** What the repository asks for now; the only fields that may change once an operation has begun. */
export interface Wishes {
  suspend: boolean;
  cancel: boolean;
  retry: number;
  pauseAfter?: number;
  /** The record was rebuilt after the store was lost, and nobody has let it go on yet. */
  adopted?: AdoptedHold;
  /** Nobody who may has approved it yet. */
  unapproved?: Hold;
}

/** What an operation is bound to: frozen once it has begun, until then as the repository says. */
export interface Terms {
  spec: OperationSpec;
  overrun?: Overrun;
  neighbours?: readonly FrozenNeighbour[];
}

/** The first closed gate: why no host may be begun. Hosts in hand go on regardless. */
export function closedGate(
  wishes: Wishes,
  observed: OperationObserved,
  nowMs: number,
  begun: boolean,
  terms: Terms | undefined,
): Hold | undefined {
  // First, so that every operation says it; a cancelled one ends all the same, since for that nothing has to begin.
  if (observed.halt) return haltHold(observed.halt);
  if (wishes.cancel) return { reason: 'Cancelled', message: 'the operation is cancelled' };
  if (wishes.suspend)
    return { reason: 'Suspended', message: 'suspended in the repository; remove spec.suspend to go on' };
  if (wishes.adopted) return adoptedHold(wishes.adopted);
  const frozen = frozenBy(observed, nowMs) ?? unseenHold(observed.unseen) ?? trippedBreaker(observed, nowMs);
  if (frozen) return frozen;
  if (wishes.unapproved) return wishes.unapproved;
  const dependency = begun ? undefined : dependencyHold(observed.dependencies ?? []);
  if (dependency) return dependency;
  if (!begun && observed.ahead.length > 0) {
    return {
      reason: 'Queued',
      message: `waits for ${observed.ahead.join(', ')}, which came first on the same cluster`,
    };
  }
  const { clusterSpecs, clockDoubt } = observed;
  return (
    (terms && windowsHold({ clusterSpecs, clockDoubt, ...terms, begun }, nowMs)) ??
    alertHold(observed.alerts ?? [], nowMs)
  );
}

/** While the brake is pulled that is what holds an operation, whatever else would. */
export function withHalt(decision: RolloutDecision, { halt }: OperationObserved): RolloutDecision {
  const moves = decision.state === 'running' || decision.state === 'held';
  return halt && moves ? { ...decision, hold: haltHold(halt) } : decision;
}

function frozenBy(observed: OperationObserved, nowMs: number): Hold | undefined {
  const fleet = freezeHold('the fleet', observed.fleetFreeze, nowMs);
  if (fleet) return fleet;
  for (const [name, cluster] of observed.clusterSpecs) {
    const hold = freezeHold(`cluster ${name}`, cluster.freeze, nowMs);
    if (hold) return hold;
  }
  return undefined;
}
