import type { Facts } from '../../hosts/facts.ts';
import { asIntendantError } from '../../model/errors.ts';
import type { Resource, ResourceKey } from '../../model/resource.ts';
import type { ObjectStatus } from '../../model/status.ts';
import { keys } from '../../store/keys.ts';
import type { ClaimRecord } from '../../store/records.ts';
import type { KindDeps } from '../context.ts';
import { asHostRecord, type HostRecord } from './record.ts';
import { checkSettings, type CheckSettings } from './settings.ts';
import { resolveTarget } from './target.ts';

/** What one look at a host found. */
export type HostCheck =
  { reached: true; facts: Facts; hostKey: string } | { reached: false; code: string; message: string };

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
}

/** Reads a host's facts over SSH, unless this is the first sight of it or somebody is changing it. */
export async function observeHost(
  key: ResourceKey<'Host'>,
  resource: Resource<'Host'> | undefined,
  deps: KindDeps,
  signal: AbortSignal,
): Promise<HostObserved> {
  const name = key.slice('Host/'.length);
  const record = asHostRecord(deps.live.get(keys.record(key)));
  const previous = deps.live.get(keys.object(key)) as unknown as ObjectStatus | undefined;
  const claim = deps.live.get(keys.claim(name)) as unknown as ClaimRecord | undefined;
  const settings = checkSettings(deps.inventory());
  const base = { key, record, previous, settings, claimedBy: claim?.owner };
  if (!resource) return { ...base, address: '', port: 0 };
  try {
    const target = resolveTarget(name, deps.inventory(), deps.live);
    const at = { ...base, address: target.address, port: target.port };
    const known = record?.address === target.address && record.port === target.port;
    if (!known || claim) return at;
    return { ...at, check: await checkHost(name, deps, settings.timeoutMs, signal) };
  } catch (thrown) {
    signal.throwIfAborted();
    const error = asIntendantError(thrown);
    return {
      ...base,
      address: resource.spec.address,
      port: resource.spec.port ?? 22,
      check: { reached: false, code: error.code, message: error.message },
    };
  }
}

async function checkHost(name: string, deps: KindDeps, timeoutMs: number, signal: AbortSignal): Promise<HostCheck> {
  const target = resolveTarget(name, deps.inventory(), deps.live);
  const seen = await deps.hands.facts(target, signal, timeoutMs);
  if ('lost' in seen) return { reached: false, code: 'HOST_UNREACHABLE', message: `${name}: ${seen.lost}` };
  deps.lastSeen.set(name, deps.clock.now());
  return { reached: true, facts: seen.facts, hostKey: seen.hostKey };
}
