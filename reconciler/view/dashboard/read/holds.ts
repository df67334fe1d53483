import { keyOf } from '../../../model/resource.ts';
import { fleetSpec } from '../../../kinds/fleet/spec.ts';
import { freezeHold } from '../../../rollout/freeze.ts';
import type { ViewContext } from '../../http/context.ts';
import { short } from '../text.ts';
import type { Standing } from './standing.ts';

/** Why nothing, or nothing new, happens on a cluster. */
export function clusterHolds(name: string, { desired, clock }: ViewContext, { info }: Standing): string[] {
  const spec = desired.inventory.get(keyOf('Cluster', name))?.spec;
  const frozen = freezeHold(`cluster ${name}`, spec?.freeze, clock.now());
  const held = info?.held[name];
  return [
    ...(frozen ? [frozen.message] : []),
    ...(held === undefined ? [] : [`held at ${short(held)} by errors in the configuration`]),
  ];
}

/** The freeze of the whole fleet, a sentence; undefined: there is none. */
export function fleetFreeze({ desired, clock }: Pick<ViewContext, 'desired' | 'clock'>): string | undefined {
  return freezeHold('the fleet', fleetSpec(desired.inventory)?.freeze, clock.now())?.message;
}
