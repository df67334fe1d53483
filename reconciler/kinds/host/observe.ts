import type { Facts } from '../../hosts/facts.ts';
import { tellLost } from '../../hosts/lost.ts';
import { asIntendantError, tellError } from '../../model/errors.ts';
import type { Resource, ResourceKey } from '../../model/resource.ts';
import type { ObjectStatus } from '../../model/status.ts';
import type { Vanish } from '../../rollout/vanish.ts';
import { keys } from '../../store/keys.ts';
import type { ClaimRecord } from '../../store/records.ts';
import type { KindDeps } from '../context.ts';
import type { HostTarget } from '../../hosts/transport.ts';
import { compareHost, type Comparison } from '../host-profile/compare.ts';
import type { Joining } from './join.ts';
import { readJoining } from './joining.ts';
import { leavingOf } from '../leaving.ts';
import type { HostSpec } from '../../../schema/generated/types.ts';
import type { Leaving } from './leave.ts';
import { readLeaving } from './read-leaving.ts';
import { asHostRecord, isSameMachine, type HostRecord } from './record.ts';
import { stableFacts } from './stable-facts.ts';
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
      /** What it has of its profile; undefined: it has none, and nothing of ours. */
      comparison?: Comparison;
    }
  | { reached: false; code: string; message: string };

export interface HostObserved {
  key: ResourceKey<'Host'>;
  address: string;
  port: number;
  /** `reimage` of the spec. */
  reimage: number;
  record: HostRecord | undefined;
  /** What it needs, beside answering, to be active. */
  joining: Joining;
  /** How it is reached, to be cleaned, once it has left the repository; undefined: it is to be left as it is. */
  leave?: HostSpec;
  /** It has left the repository, and is to be cleaned. */
  leaving?: Leaving;
  /** It was to be cleaned, and is back in the repository. */
  returned?: boolean;
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
  const reimage = resource?.spec.reimage ?? 0;
  const base = { settings, reimage, joining: readJoining(resource, deps) };
  if (!resource) return { ...readHost(key, deps), ...base, address: '', port: 0 };
  const leaving = readLeaving(resource, deps);
  const returned = !leaving && leavingOf(name, deps.live) !== undefined;
  try {
    const { record, claimedBy } = readHost(key, deps);
    const target = resolveTarget(name, deps.inventory(), deps.live);
    const leave = resource.spec.onRemove === 'clean' ? specOf(target) : undefined;
    const at = { ...base, address: target.address, port: target.port, leave, leaving, returned };
    if (!isSameMachine(record, at) || claimedBy !== undefined) return { ...readHost(key, deps), ...at };
    const check = await checkHost(name, target, record, deps, settings.timeoutMs, signal);
    tellSight(check, record, deps);
    // The profile may have become another one meanwhile: it is told from the same moment as it is compared with.
    return { ...readHost(key, deps), ...at, joining: readJoining(resource, deps), check };
  } catch (thrown) {
    signal.throwIfAborted();
    const error = asIntendantError(thrown);
    const check: HostCheck = { reached: false, code: error.code, message: tellError(error) };
    const { address, port = 22 } = resource.spec;
    const at = { ...base, address, port, leave: readHost(key, deps).record?.leave, leaving, returned };
    tellSight(check, undefined, deps);
    return { ...readHost(key, deps), ...at, check };
  }
}

/** A spec that reaches the same host without its cluster's defaults. */
function specOf({ address, port, user, identity, hostKeys, recordedKey, jumps }: HostTarget): HostSpec {
  const known = hostKeys.length > 0 ? [...hostKeys] : recordedKey === undefined ? [] : [recordedKey];
  return {
    address,
    port,
    user,
    ...(identity === undefined ? {} : { identity }),
    ...(known.length === 0 ? {} : { hostKeys: known }),
    ...(jumps.length === 0 ? {} : { jumpHost: jumps.at(-1)!.name }),
    onRemove: 'clean',
  };
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

async function checkHost(
  name: string,
  target: HostTarget,
  record: HostRecord,
  deps: KindDeps,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<HostCheck> {
  const seen = await deps.hands.facts(target, signal, timeoutMs);
  if ('lost' in seen) return { reached: false, ...tellLost(name, seen) };
  const nowMs = deps.clock.now();
  const first = !deps.lastSeen.has(name);
  deps.lastSeen.set(name, nowMs);
  const clockSkew = Math.round(seen.facts.hostTime - nowMs / 1000);
  const had = record.profile !== undefined;
  const at = { target, hands: deps.hands, stepsRoot: deps.stepsRoot };
  const comparison = await compareHost(name, stableFacts(seen.facts, record.facts, nowMs), had, at, deps, signal);
  if (comparison && 'lost' in comparison) return { reached: false, ...tellLost(name, comparison) };
  deps.lastCompared.set(name, nowMs);
  const { facts, hostKey, firstUse } = seen;
  return { reached: true, facts, hostKey, firstUse, clockSkew, first, ...(comparison && { comparison }) };
}
