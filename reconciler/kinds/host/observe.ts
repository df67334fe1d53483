import type { Facts } from '../../hosts/facts.ts';
import { tellLost } from '../../hosts/lost.ts';
import { asIntendantError, tellError } from '../../model/errors.ts';
import type { Resource, ResourceKey } from '../../model/resource.ts';
import type { ObjectStatus } from '../../model/status.ts';
import type { Vanish } from '../../rollout/vanish.ts';
import { keys } from '../../store/keys.ts';
import type { ClaimRecord } from '../../store/records.ts';
import type { KindDeps } from '../context.ts';
import { asHostRecord, type HostRecord } from './record.ts';
import { checkSettings, type CheckSettings } from './settings.ts';
import { resolveTarget } from './target.ts';

/** What one look at a host found. */
export type HostCheck =
  | {
      reached: true;
      facts: Facts;
      hostKey: string;
      /** Nobody wrote down a key of this host: it is recorded. */
      firstUse?: boolean;
      /** Seconds that the host's clock is ahead of ours, as far as the time of the answer lets one tell. */
      clockSkew?: number;
      /** Nothing had been heard of the host in this process before. */
      first?: boolean;
    }
  | { reached: false; code: string; message: string };

export interface HostObserved {
  key: ResourceKey<'Host'>;
  address: string;
  port: number;
  record: HostRecord | undefined;
  previous: ObjectStatus | undefined;
  settings: CheckSettings;
  /** Undefined: not looked at this time (first sight, or somebody is changing the host). */
  check?: HostCheck;
  /** Who is changing the host now; checks of ours keep away. */
  claimedBy?: string;
  /** Most hosts are away at once. */
  vanish?: Vanish;
}

/** Reads a host's facts over SSH, unless this is the first sight of it or somebody is changing it. */
export async function observeHost(
  key: ResourceKey<'Host'>,
  resource: Resource<'Host'> | undefined,
  deps: KindDeps,
  signal: AbortSignal,
): Promise<HostObserved> {
  const name = key.slice('Host/'.length);
  const settings = checkSettings(deps.inventory());
  if (!resource) return { ...readHost(key, deps), settings, address: '', port: 0 };
  try {
    const { record, claimedBy } = readHost(key, deps);
    const target = resolveTarget(name, deps.inventory(), deps.live);
    const at = { settings, address: target.address, port: target.port };
    const known = record?.address === target.address && record.port === target.port;
    if (!known || claimedBy !== undefined) return { ...readHost(key, deps), ...at };
    const check = await checkHost(name, deps, settings.timeoutMs, signal);
    tellSight(check, record, deps);
    return { ...readHost(key, deps), ...at, check };
  } catch (thrown) {
    signal.throwIfAborted();
    const error = asIntendantError(thrown);
    const check: HostCheck = { reached: false, code: error.code, message: tellError(error) };
    const at = { settings, address: resource.spec.address, port: resource.spec.port ?? 22 };
    tellSight(check, undefined, deps);
    return { ...readHost(key, deps), ...at, check };
  }
}

/** What live state says of the host now: read after the check, which may have taken long. */
function readHost(
  key: ResourceKey<'Host'>,
  deps: KindDeps,
): Pick<HostObserved, 'key' | 'record' | 'previous' | 'claimedBy' | 'vanish'> {
  const claim = deps.live.get(keys.claim(key.slice('Host/'.length))) as unknown as ClaimRecord | undefined;
  return {
    key,
    record: asHostRecord(deps.live.get(keys.record(key))),
    previous: deps.live.get(keys.object(key)) as unknown as ObjectStatus | undefined,
    claimedBy: claim?.owner,
    vanish: deps.sight.vanish,
  };
}

function tellSight(check: HostCheck, record: HostRecord | undefined, deps: KindDeps): void {
  if (!check.reached || record?.vanished) deps.sight.changed();
}

async function checkHost(name: string, deps: KindDeps, timeoutMs: number, signal: AbortSignal): Promise<HostCheck> {
  const target = resolveTarget(name, deps.inventory(), deps.live);
  const seen = await deps.hands.facts(target, signal, timeoutMs);
  if ('lost' in seen) return { reached: false, ...tellLost(name, seen) };
  const nowMs = deps.clock.now();
  const first = !deps.lastSeen.has(name);
  deps.lastSeen.set(name, nowMs);
  const clockSkew = Math.round(seen.facts.hostTime - nowMs / 1000);
  return { reached: true, facts: seen.facts, hostKey: seen.hostKey, firstUse: seen.firstUse, clockSkew, first };
}
