import type { Facts } from '../../hosts/facts.ts';
import { familyNameOf } from '../../hosts/families/registry.ts';
import { isoTime } from '../../model/clock.ts';
import type { StableFacts } from './record.ts';

/** Those of a host's facts that do not churn, as they were known before where they are worked out. */
export function stableFacts(seen: Facts, before: StableFacts | undefined, nowMs: number): StableFacts {
  const {
    uptimeSeconds,
    hostTime: _time,
    diskFull: _full,
    osLike: _like,
    model: _model,
    packageTool: _tool,
    ...facts
  } = seen;
  const family = familyNameOf(seen);
  const same = before?.bootId === facts.bootId;
  // Computed from the uptime, which moves by a rounding at every look: worked out once for each boot.
  return {
    ...facts,
    ...(family && { family }),
    bootedAt: same ? before.bootedAt : isoTime(Math.round((nowMs - uptimeSeconds * 1000) / 1000) * 1000),
  };
}
