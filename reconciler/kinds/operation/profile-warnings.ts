import type { OperationSpec } from '../../../schema/generated/types.ts';
import type { Inventory } from '../../model/resource.ts';
import { nameSome } from '../../rollout/decide.ts';
import { profileOf } from '../host-profile/profile-of.ts';

/** Hosts that have no profile to be brought to. */
export function profileWarnings(spec: OperationSpec, hosts: readonly string[], inventory: Inventory): string[] {
  if (spec.type !== 'apply') return [];
  const without = hosts.filter((host) => profileOf(host, inventory) === undefined);
  return without.length === 0 ? [] : [`these have no hostProfile to apply, and will be skipped: ${nameSome(without)}`];
}
