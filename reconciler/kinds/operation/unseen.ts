import { UNREACHED_REASONS } from '../../hosts/lost.ts';
import type { JournalRecord } from '../../model/plan.ts';
import type { ResourceKey } from '../../model/resource.ts';
import type { ObjectStatus } from '../../model/status.ts';
import type { Hold } from '../../rollout/decide.ts';
import { FEWEST_VANISHED } from '../../rollout/vanish.ts';
import { keys } from '../../store/keys.ts';
import type { KindDeps } from '../context.ts';
import { MOST_HOSTS_UNKNOWN, MOST_HOSTS_UNKNOWN_MESSAGE } from '../host/sight.ts';
import { isAnswering } from '../host/words.ts';

/** Why the hosts cannot be trusted to be away. `doubted`: one could not be reached, and none has answered since. */
export type Unseen = 'vanished' | 'doubted';

/** How soon to look whether any host has answered, in milliseconds. */
const LOOK_AGAIN_MS = 500;

/** The hold while most hosts are Unknown, or may be: an operation must not skip a whole fleet because our network is down. */
export function unseenHold(unseen: Unseen | undefined): Hold | undefined {
  if (unseen === 'vanished') return { reason: MOST_HOSTS_UNKNOWN, message: MOST_HOSTS_UNKNOWN_MESSAGE };
  if (unseen === undefined) return undefined;
  return {
    reason: MOST_HOSTS_UNKNOWN,
    message: 'a host that was active could not be reached and no other has answered since: waits for one that does',
    retryAfterMs: LOOK_AGAIN_MS,
  };
}

/** Whether hosts can be seen, from what the fleet and this operation last met. */
export function readUnseen(key: ResourceKey<'Operation'>, deps: KindDeps): Unseen | undefined {
  if (deps.sight.vanish) return 'vanished';
  const lastMiss = lastActiveHostMissed(key.slice('Operation/'.length), deps);
  if (lastMiss === undefined || activeHosts(deps) < FEWEST_VANISHED) return undefined;
  for (const seenAt of deps.lastSeen.values()) if (seenAt > lastMiss) return undefined;
  return 'doubted';
}

/** When this operation last gave up a host that counts as active because it could not be reached; wall-clock milliseconds. */
function lastActiveHostMissed(operation: string, deps: KindDeps): number | undefined {
  let last: number | undefined;
  const prefix = keys.journalOf(operation);
  for (const [key, value] of deps.live.list(prefix)) {
    const { step, outcome } = value as unknown as JournalRecord;
    if (!step.verdict || outcome?.result !== 'skipped' || !UNREACHED_REASONS.has(outcome.reason)) continue;
    const host = key.slice(prefix.length, key.indexOf('/', prefix.length));
    if (isActive(`Host/${host}`, deps)) last = Math.max(last ?? 0, Date.parse(outcome.at));
  }
  return last;
}

function activeHosts(deps: KindDeps): number {
  return deps
    .inventory()
    .keys('Host')
    .filter((key) => isActive(key, deps)).length;
}

function isActive(key: ResourceKey, deps: KindDeps): boolean {
  return isAnswering((deps.live.get(keys.object(key)) as unknown as ObjectStatus | undefined)?.status);
}
