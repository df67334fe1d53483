/** One host as far as the question goes whether it or our own network is away. Times are wall-clock milliseconds. */
export interface HostSighting {
  name: string;
  /** First missed check of the running series; undefined: the last check got through. */
  missedSince?: number;
  /** Already Unknown because most hosts vanished. */
  vanished: boolean;
  /** Last session that worked, in this process. */
  seenAt?: number;
}

/** Most hosts are away at once. */
export interface Vanish {
  /** When the first of them missed its check. */
  since: number;
  /** Hosts of which nothing was heard since: each of them may be away, whether or not its own check has failed yet. */
  hosts: string[];
}

/** Fewer hosts than this are away by themselves, whatever share of the fleet they are. */
export const FEWEST_VANISHED = 3;

/**
 * Tells our own network from hosts that fail: `undefined` unless more than half of the hosts that were well, and at least
 * three, missed their checks within `windowMs`. Hosts that failed one by one over a longer time are not among `sightings`
 * (they are `failed` by then) or outside the window. Once found, it lasts until half of them answer again. Pure.
 *
 * @param sightings the hosts that are active, or were when most vanished; without those in maintenance or being changed.
 * @param windowMs one interval of checks and the deadline of one check.
 */
export function mostVanished(sightings: readonly HostSighting[], nowMs: number, windowMs: number): Vanish | undefined {
  const away = sightings.filter((host) => isAway(host, nowMs, windowMs));
  if (away.length < FEWEST_VANISHED || away.length * 2 <= sightings.length) return undefined;
  const since = away.reduce((first, host) => Math.min(first, host.missedSince ?? nowMs), nowMs);
  const unheard = (host: HostSighting): boolean =>
    isAway(host, nowMs, windowMs) || host.seenAt === undefined || host.seenAt <= since;
  return { since, hosts: sightings.filter(unheard).map(({ name }) => name) };
}

function isAway({ vanished, missedSince }: HostSighting, nowMs: number, windowMs: number): boolean {
  return vanished || (missedSince !== undefined && missedSince >= nowMs - windowMs);
}
