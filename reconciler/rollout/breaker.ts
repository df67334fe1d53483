import { nameSome, type Hold } from './decide.ts';
import { resolveQuantity, type Quantity } from './quantity.ts';

/** A cluster as its circuit breaker sees it. Hosts in maintenance are left out of both. */
export interface ClusterHealth {
  name: string;
  /** Hosts that have failed. */
  unhealthy: readonly string[];
  /** Number of hosts. */
  total: number;
  /** Most hosts that may be unhealthy; absent = no breaker. */
  maxUnhealthy: Quantity | undefined;
}

/** Reason of the hold while a cluster has more unhealthy hosts than it allows. */
export const TOO_MANY_UNHEALTHY = 'TooManyUnhealthy';

/** The first breaker that has tripped: nothing disruptive may begin; undefined = none has. Pure. */
export function breakerHold(clusters: readonly ClusterHealth[]): Hold | undefined {
  for (const { name, unhealthy, total, maxUnhealthy } of clusters) {
    if (maxUnhealthy === undefined) continue;
    const allowed = resolveQuantity(maxUnhealthy, total);
    if (unhealthy.length <= allowed) continue;
    return {
      reason: TOO_MANY_UNHEALTHY,
      message:
        `${unhealthy.length} hosts of cluster ${name} are unhealthy and at most ${allowed} may be (maxUnhealthy): ` +
        nameSome([...unhealthy].sort()),
      retryAfterMs: LOOK_AGAIN_MS,
    };
  }
  return undefined;
}

/** One that failed in our hands and answers again does not change its status, so nobody is told: looked at again so soon. Milliseconds. */
const LOOK_AGAIN_MS = 2000;
