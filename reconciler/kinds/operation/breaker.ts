import type { ClusterSpec } from '../../../schema/generated/types.ts';
import type { JournalRecord, Step } from '../../model/plan.ts';
import { breakerHold, type ClusterHealth } from '../../rollout/breaker.ts';
import type { Hold } from '../../rollout/decide.ts';
import { inMaintenance, leftDown } from './down.ts';
import type { OperationObserved } from './observed.ts';

/** The hold of a circuit breaker that has tripped in a cluster concerned. */
export function trippedBreaker(observed: OperationObserved, nowMs: number): Hold | undefined {
  return breakerHold([...observed.clusterSpecs].map(([name, spec]) => healthOf(name, spec, observed, nowMs)));
}

/** Unhealthy: its status says failed, or this operation has left it unproven. */
function healthOf(
  name: string,
  { maxUnhealthy }: ClusterSpec,
  observed: OperationObserved,
  nowMs: number,
): ClusterHealth {
  const hosts = [...observed.scope].filter(
    ([, host]) => host.present && host.cluster === name && !inMaintenance(host, nowMs),
  );
  const unhealthy = hosts.filter(([host, view]) => view.failed === true || leftDown(host, view, observed));
  return { name, unhealthy: unhealthy.map(([host]) => host), total: hosts.length, maxUnhealthy };
}

/**
 * Whether a step may begin under a breaker that has tripped: what does not disturb, and whatever brings a host to its end
 * that was disturbed before. A step whose intent is recorded has begun.
 */
export function mayDisturb(step: Step, entries: readonly JournalRecord[], tripped: Hold | undefined): boolean {
  return !tripped || !step.disruptive || entries.some((entry) => entry.step.disruptive);
}
