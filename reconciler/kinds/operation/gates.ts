import type { Hold } from '../../rollout/decide.ts';
import { freezeHold } from '../../rollout/freeze.ts';
import type { OperationObserved } from './observed.ts';
import { unseenHold } from './unseen.ts';

/** What the repository asks for now; the only fields that may change once an operation has begun. */
export interface Wishes {
  suspend: boolean;
  cancel: boolean;
  retry: number;
  pauseAfter?: number;
}

/** The first closed gate: why no host may be begun. Hosts in hand go on regardless. */
export function closedGate(
  wishes: Wishes,
  observed: OperationObserved,
  nowMs: number,
  begun: boolean,
): Hold | undefined {
  if (wishes.cancel) return { reason: 'Cancelled', message: 'the operation is cancelled' };
  if (wishes.suspend)
    return { reason: 'Suspended', message: 'suspended in the repository; remove spec.suspend to go on' };
  const frozen = frozenBy(observed, nowMs) ?? unseenHold(observed.unseen);
  if (frozen) return frozen;
  if (!begun && observed.ahead.length > 0) {
    return {
      reason: 'Queued',
      message: `waits for ${observed.ahead.join(', ')}, which came first on the same cluster`,
    };
  }
  return undefined;
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
