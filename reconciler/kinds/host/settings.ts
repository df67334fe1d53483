import { parseDuration } from '../../model/duration.ts';
import type { Inventory } from '../../model/resource.ts';
import { fleetSpec } from '../fleet/spec.ts';

/** How hosts are checked; from Fleet, in milliseconds. */
export interface CheckSettings {
  /** Between checks of a host that is well. Default 60 s. */
  intervalMs: number;
  /** Between checks of one that is not. Default 30 s. */
  retryMs: number;
  /** Checks missed in a row after which an active host has failed. Default 3. */
  failAfter: number;
  /** Deadline of one check. Default 10 s. */
  timeoutMs: number;
}

export function checkSettings(inventory: Inventory): CheckSettings {
  const fleet = fleetSpec(inventory);
  return {
    intervalMs: parseDuration(fleet?.checks?.interval ?? '60s'),
    retryMs: parseDuration(fleet?.retryInterval ?? '30s'),
    failAfter: fleet?.checks?.failAfter ?? 3,
    timeoutMs: parseDuration(fleet?.checks?.timeout ?? '10s'),
  };
}
