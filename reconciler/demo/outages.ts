import type { HostEvent } from './record.ts';

/** A time during which a host was down; `to` is absent while it still is. Milliseconds since 1970 UTC. */
export interface Outage {
  host: string;
  from: number;
  to?: number;
}

/** When which host was down, from the hosts' own record. */
export function outages(events: readonly HostEvent[]): Outage[] {
  const all: Outage[] = [];
  const open = new Map<string, Outage>();
  for (const event of events) {
    if (event.event === 'down' && !open.has(event.host)) {
      const outage: Outage = { host: event.host, from: event.at };
      open.set(event.host, outage);
      all.push(outage);
    }
    if (event.event === 'boot') {
      const outage = open.get(event.host);
      if (outage) outage.to = event.at;
      open.delete(event.host);
    }
  }
  return all;
}

/** The largest number of hosts that were down at one moment. A host that comes up as another goes down does not overlap it. */
export function mostDownAtOnce(all: readonly Outage[]): number {
  const changes = all.flatMap(({ from, to }) => [
    { at: from, by: 1 },
    { at: to ?? Number.POSITIVE_INFINITY, by: -1 },
  ]);
  changes.sort((a, b) => (a.at === b.at ? a.by - b.by : a.at < b.at ? -1 : 1));
  let down = 0;
  let most = 0;
  for (const { by } of changes) {
    down += by;
    most = Math.max(most, down);
  }
  return most;
}

/** How often each host went down, those that never did included as 0. */
export function rebootsByHost(events: readonly HostEvent[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { host, event } of events) counts.set(host, (counts.get(host) ?? 0) + (event === 'down' ? 1 : 0));
  return counts;
}
