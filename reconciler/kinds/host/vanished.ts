import { isoTime } from '../../model/clock.ts';
import type { ObjectStatus } from '../../model/status.ts';
import type { Inventory, ResourceKey } from '../../model/resource.ts';
import type { Vanish } from '../../rollout/vanish.ts';
import { keys } from '../../store/keys.ts';
import type { KindContext, LiveState } from '../context.ts';
import { assessHost } from './assess.ts';
import { asHostRecord, type HostRecord } from './record.ts';
import { checkSettings } from './settings.ts';

/**
 * A host's status and record once most hosts have vanished and nothing was heard of it since, without another look at it.
 * Undefined: it has left the repository or was never looked at.
 */
export function markVanished(
  key: ResourceKey<'Host'>,
  inventory: Inventory,
  live: LiveState,
  vanish: Vanish,
  context: KindContext,
): { status: ObjectStatus; record: HostRecord } | undefined {
  const resource = inventory.get(key);
  const before = asHostRecord(live.get(keys.record(key)));
  if (!resource || !before) return undefined;
  const record: HostRecord = {
    ...before,
    misses: 0,
    vanished: true,
    missedSince: before.missedSince ?? isoTime(vanish.since),
    failure: before.failure ?? {
      code: 'HOST_UNREACHABLE',
      message: 'nothing was heard of it since most hosts vanished',
    },
  };
  const { address, port } = before;
  const previous = live.get(keys.object(key)) as unknown as ObjectStatus | undefined;
  const settings = checkSettings(inventory);
  const reimage = before.reimage ?? 0;
  const observed = { key, address, port, reimage, joining: {}, record, previous, settings, vanish };
  const { status } = assessHost(resource, observed, context);
  return status && { status, record };
}
