import { isoTime, type Clock } from '../model/clock.ts';
import type { Json } from '../model/json.ts';
import { keyOf, type Inventory } from '../model/resource.ts';
import { checkSettings } from '../kinds/host/settings.ts';
import { keys } from '../store/keys.ts';
import type { HeartbeatRecord } from '../store/records.ts';
import type { Write } from '../store/state-store.ts';
import type { LiveStore } from './live-store.ts';

/** Hosts that were checked within this many intervals are not named one by one. */
const LATE_AFTER = 2;

/**
 * Writes the last checks of the interval, one key per cluster, however many hosts: a check that found nothing new costs the
 * store nothing of its own. Hosts that are checked as they should be are not named, so the write is small: it is repeated
 * every minute for years, and etcd keeps each of them in its log until the next snapshot.
 */
export async function writeHeartbeats(
  live: LiveStore,
  inventory: Inventory,
  lastSeen: ReadonlyMap<string, number>,
  clock: Clock,
): Promise<void> {
  const now = clock.now();
  const since = now - LATE_AFTER * checkSettings(inventory).intervalMs;
  const clusters = new Map<string, HeartbeatRecord>();
  for (const key of inventory.keys('Host')) {
    const name = key.slice('Host/'.length);
    const cluster = inventory.get(keyOf('Host', name))?.spec.cluster ?? '-';
    const record = clusters.get(cluster) ?? {
      format: 1,
      at: isoTime(now),
      since: isoTime(since),
      lastCheck: {},
      unseen: [],
    };
    clusters.set(cluster, record);
    const seen = lastSeen.get(name);
    if (seen === undefined) record.unseen?.push(name);
    else if (seen < since) record.lastCheck[name] = isoTime(seen);
  }
  const writes: Write[] = [...clusters].map(([cluster, record]) => {
    return { put: keys.heartbeat(cluster), value: record as unknown as Json };
  });
  for (const [key] of live.list(keys.heartbeats)) {
    if (!clusters.has(key.slice(keys.heartbeats.length))) writes.push({ delete: key });
  }
  if (writes.length > 0) await live.commit(writes);
}
