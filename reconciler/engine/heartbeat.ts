import { isoTime, type Clock } from '../model/clock.ts';
import type { Json } from '../model/json.ts';
import { keyOf, type Inventory } from '../model/resource.ts';
import { keys } from '../store/keys.ts';
import type { HeartbeatRecord } from '../store/records.ts';
import type { Write } from '../store/state-store.ts';
import type { LiveStore } from './live-store.ts';

/**
 * Writes the last checks of the interval, one key per cluster, however many hosts: a check that found nothing new costs the
 * store nothing of its own.
 */
export async function writeHeartbeats(
  live: LiveStore,
  inventory: Inventory,
  lastSeen: ReadonlyMap<string, number>,
  clock: Clock,
): Promise<void> {
  const clusters = new Map<string, Record<string, string>>();
  for (const key of inventory.keys('Host')) {
    const name = key.slice('Host/'.length);
    const seen = lastSeen.get(name);
    if (seen === undefined) continue;
    const cluster = inventory.get(keyOf('Host', name))?.spec.cluster ?? '-';
    const checks = clusters.get(cluster) ?? {};
    checks[name] = isoTime(seen);
    clusters.set(cluster, checks);
  }
  const at = isoTime(clock.now());
  const writes: Write[] = [...clusters].map(([cluster, lastCheck]) => {
    const record: HeartbeatRecord = { format: 1, at, lastCheck };
    return { put: keys.heartbeat(cluster), value: record as unknown as Json };
  });
  for (const [key] of live.list(keys.heartbeats)) {
    if (!clusters.has(key.slice(keys.heartbeats.length))) writes.push({ delete: key });
  }
  if (writes.length > 0) await live.commit(writes);
}
