import type { ClusterSpec, OperationSpec, Rollout } from '../../../schema/generated/types.ts';
import { digestOf } from '../../model/digest.ts';
import { parseDuration } from '../../model/duration.ts';
import { largestBatch, planBatches } from '../../rollout/batches.ts';
import { resolveQuantity } from '../../rollout/quantity.ts';
import type { FrozenRollout } from './record.ts';

/** Default of `spec.timeout`: per host, to come back or for the script. */
export const DEFAULT_TIMEOUT = '10m';

/** The same for upgrade and deploy, which fetch. */
export const DEFAULT_UPGRADE_TIMEOUT = '30m';

/** Digest of everything that is bound at Begin: the spec without suspend, cancel, retry, approval, description and rollout.pauseAfter. */
export function boundDigest(spec: OperationSpec): string {
  const { suspend: _suspend, cancel: _cancel, retry: _retry, approval: _approval, ...lasting } = spec;
  const { description: _description, rollout, ...bound } = lasting;
  const { pauseAfter: _pauseAfter, ...boundRollout } = rollout ?? {};
  return digestOf({ ...bound, rollout: boundRollout });
}

/** The operation's rollout settings over its cluster's. */
export function mergeRollout(operation: Rollout | undefined, cluster: Rollout | undefined): Rollout {
  return { ...cluster, ...operation };
}

/** The rollout settings of an operation on these clusters: a cluster's defaults apply where all hosts belong to it alone. */
export function rolloutOf(
  spec: OperationSpec,
  clusters: readonly string[],
  specs: ReadonlyMap<string, ClusterSpec>,
): Rollout {
  return mergeRollout(spec.rollout, clusters.length === 1 ? specs.get(clusters[0]!)?.rollout : undefined);
}

/** Resolves the settings for a number of hosts. `scope` = hosts of the clusters concerned, of which percentages are taken. */
export function freezeRollout(
  rollout: Rollout,
  hosts: readonly string[],
  scope: number,
): { rollout: FrozenRollout; batches: string[][] } {
  const batches = planBatches(hosts, rollout.batches ?? 1);
  return {
    batches,
    rollout: {
      maxUnavailable:
        rollout.maxUnavailable === undefined ? largestBatch(batches) : resolveQuantity(rollout.maxUnavailable, scope),
      maxFailures: rollout.maxFailures ?? 0,
      minHealthyMs: rollout.minHealthyTime === undefined ? 0 : parseDuration(rollout.minHealthyTime),
      ...(rollout.canary ? { canary: true as const } : {}),
      ...(rollout.overrun === undefined ? {} : { overrun: rollout.overrun }),
    },
  };
}
