import { keyOf, splitKey, type Inventory, type Resource } from '../../model/resource.ts';
import type { CachedObject } from '../fleet-cache.ts';
import type { ViewContext } from '../http/context.ts';
import type { HostObject } from './shapes.ts';
import type { LastChecks } from './last-checks.ts';

/** A host with what is known of it. One that is leaving stands in the cache alone. */
export interface KnownHost {
  name: string;
  address: string;
  cluster: string | undefined;
  desired: Resource<'Host'> | undefined;
  cached: CachedObject | undefined;
}

/** A host of the repository with what is known of it. */
export function knownHost(desired: Resource<'Host'>, { cache }: Pick<ViewContext, 'cache'>): KnownHost {
  const { name } = desired.metadata;
  const { address, cluster } = desired.spec;
  return { name, address, cluster, desired, cached: cache.get(keyOf('Host', name)) };
}

const lists = new WeakMap<readonly CachedObject[], { inventory: Inventory; hosts: readonly KnownHost[] }>();

/**
 * Every host: those of the repository, and those that have left it and are still there. Sorted by address, then by name. The
 * list is kept until a host or the repository changes.
 */
export function allHosts({
  cache,
  desired: { inventory },
}: Pick<ViewContext, 'cache' | 'desired'>): readonly KnownHost[] {
  const cached = cache.list('Host');
  const known = lists.get(cached);
  if (known?.inventory === inventory) return known.hosts;
  const leaving = cached.filter(({ status }) => !inventory.get(status.key)).map(leavingHost);
  const hosts = desiredHosts(inventory).map((desired) => knownHost(desired, { cache }));
  // Where none is leaving they are sorted already.
  if (leaving.length > 0) {
    for (const host of leaving) hosts.push(host);
    hosts.sort(byAddress);
  }
  lists.set(cached, { inventory, hosts });
  return hosts;
}

const orders = new WeakMap<Inventory, readonly Resource<'Host'>[]>();

/** Hosts of the repository in the order of the list, which no change of a status changes. */
function desiredHosts(inventory: Inventory): readonly Resource<'Host'>[] {
  const known = orders.get(inventory);
  if (known) return known;
  const hosts = inventory.keys('Host').flatMap((key) => (inventory.get(key) as Resource<'Host'> | undefined) ?? []);
  hosts.sort((a, b) => order(a.spec.address, b.spec.address) || order(a.metadata.name, b.metadata.name));
  orders.set(inventory, hosts);
  return hosts;
}

/** A host that has left the repository. */
function leavingHost(cached: CachedObject): KnownHost {
  const { key, detail, cluster } = cached.status;
  const { name } = splitKey(key);
  const address = typeof detail.address === 'string' ? detail.address : name;
  return { name, address, cluster, desired: undefined, cached };
}

/** The status word; a host that nobody has looked at yet is being investigated. */
export function statusWord({ cached }: Pick<KnownHost, 'cached'>): string {
  return cached?.status.status ?? 'investigating';
}

/** The host as Commissaire tells it. */
export function hostObject(host: KnownHost, checks: LastChecks): HostObject {
  const last_check = checks.of(host.name, host.cluster, host.cached);
  return { ...unchangingPart(host), last_check, source: '' };
}

const texts = new WeakMap<CachedObject, { address: string; text: string }>();

const bodies = new WeakMap<readonly KnownHost[], { checks: LastChecks; text: string }>();

/** All these hosts as JSON: made again when a host changes, or when checks were written. */
export function hostsText(hosts: readonly KnownHost[], checks: LastChecks): string {
  const known = bodies.get(hosts);
  if (known?.checks === checks) return known.text;
  const text = `[${hosts.map((host) => hostText(host, checks)).join(',')}]`;
  bodies.set(hosts, { checks, text });
  return text;
}

/** A host as JSON. All but the last check is kept for as long as the object does not change. */
function hostText(host: KnownHost, checks: LastChecks): string {
  const { cached, address } = host;
  let known = cached && texts.get(cached);
  if (known?.address !== address) {
    known = { address, text: JSON.stringify(unchangingPart(host)).slice(0, -1) };
    if (cached) texts.set(cached, known);
  }
  const lastCheck = checks.of(host.name, host.cluster, cached);
  return `${known.text},"last_check":"${lastCheck}","source":""}`;
}

function unchangingPart(host: KnownHost): Omit<HostObject, 'last_check' | 'source'> {
  const facts = (host.cached?.status.detail.facts ?? {}) as Record<string, unknown>;
  return {
    address: host.address,
    status: statusWord(host),
    os: typeof facts.os === 'string' ? facts.os : '',
    cpus: wholeNumber(facts.cpus),
    memory: Math.floor(wholeNumber(facts.memoryKb) / 1024),
    space: wholeNumber(facts.diskBytes),
  };
}

function wholeNumber(value: unknown): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : 0;
}

function byAddress(a: KnownHost, b: KnownHost): number {
  return order(a.address, b.address) || order(a.name, b.name);
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
