import { keyOf, splitKey, type Inventory } from '../../../model/resource.ts';
import type { ObjectStatus } from '../../../model/status.ts';
import { isUnfinished } from '../../../status/wellness.ts';
import type { CachedObject } from '../../fleet-cache.ts';
import type { ViewContext } from '../../http/context.ts';
import { stateOf, whyOf, type HostState } from '../states.ts';

/** A host as every list shows it. */
export interface HostLine {
  name: string;
  state: HostState;
  /** Empty: none. */
  cluster: string;
  address: string;
  /** Why it is not simply well. */
  why?: string;
  status?: ObjectStatus;
}

type Sources = Pick<ViewContext, 'cache' | 'desired'>;

/** Every host that the repository holds or that anything is known of, in the natural order of names. */
export function readHosts(context: Sources): HostLine[] {
  const { cache, desired } = context;
  const busy = hostsInHand(context);
  return namesOf(desired.inventory, cache.list('Host')).map((name) => hostLine(name, context, busy));
}

const sorted = new WeakMap<Inventory, readonly string[]>();

/** Names in their order. Those of an inventory are sorted once: it never changes. */
function namesOf(inventory: Inventory, live: readonly CachedObject[]): readonly string[] {
  const known =
    sorted.get(inventory) ??
    inventory
      .keys('Host')
      .map((key) => splitKey(key).name)
      .sort(byName);
  sorted.set(inventory, known);
  const others = live.flatMap(({ status: { key } }) => (inventory.get(key) ? [] : [splitKey(key).name]));
  return others.length === 0 ? known : [...known, ...others].sort(byName);
}

/** One host; undefined: nothing is known of it. */
export function readHost(name: string, context: Sources): HostLine | undefined {
  const key = keyOf('Host', name);
  if (!context.cache.get(key) && !context.desired.inventory.get(key)) return undefined;
  return hostLine(name, context, hostsInHand(context));
}

/** Hosts that operations are changing now, and which operation that is. */
export function hostsInHand({ cache }: Sources): ReadonlyMap<string, string> {
  const busy = new Map<string, string>();
  for (const { status } of cache.list('Operation')) {
    if (!isUnfinished(status) || !Array.isArray(status.detail.running)) continue;
    for (const host of status.detail.running) {
      if (typeof host === 'string') busy.set(host, splitKey(status.key).name);
    }
  }
  return busy;
}

function hostLine(name: string, { cache, desired }: Sources, busy: ReadonlyMap<string, string>): HostLine {
  const key = keyOf('Host', name);
  const status = cache.get(key)?.status;
  const spec = desired.inventory.get(key)?.spec;
  const operation = busy.get(name);
  const state = stateOf(status, operation !== undefined);
  const why = operation === undefined ? whyOf(status) : `${operation} is changing it`;
  const address = spec?.address ?? status?.detail.address;
  return {
    name,
    state,
    cluster: spec?.cluster ?? status?.cluster ?? '',
    address: typeof address === 'string' ? address : '',
    ...(why === undefined || state === 'active' ? {} : { why }),
    ...(status && { status }),
  };
}

const order = new Intl.Collator('en', { numeric: true });

/** `web-2` before `web-10`. */
export function byName(a: string, b: string): number {
  return order.compare(a, b);
}
