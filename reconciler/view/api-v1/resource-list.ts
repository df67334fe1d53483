import { createHash } from 'node:crypto';
import type { Inventory, ResourceKey } from '../../model/resource.ts';
import type { CachedObject } from '../fleet-cache.ts';
import type { ViewContext } from '../http/context.ts';
import { entityTag, shortDigest } from '../http/entity-tag.ts';
import type { Listed } from './resource-view.ts';

type Reading = Pick<ViewContext, 'cache' | 'desired'>;

const lists = new WeakMap<readonly CachedObject[], { inventory: Inventory; listed: readonly Listed[] }>();

/** Objects of one kind, or of all (`''`), sorted by key: those that are desired and those that are known. Kept until one changes. */
export function listResources(kind: string, { cache, desired: { inventory } }: Reading): readonly Listed[] {
  const cached = cache.list(kind);
  const known = lists.get(cached);
  if (known?.inventory === inventory) return known.listed;
  const listed = merged(inventory, kind === '' ? inventory.keys() : inventory.keys(kind), cached);
  lists.set(cached, { inventory, listed });
  return listed;
}

/** One object; undefined: neither desired nor known. */
export function findResource(key: ResourceKey, { cache, desired: { inventory } }: Reading): Listed | undefined {
  const [desired, cached] = [inventory.get(key), cache.get(key)];
  return desired || cached ? { key, desired, cached, ...unread(inventory) } : undefined;
}

const cachedVersions = new WeakMap<readonly CachedObject[], string>();
const inventoryVersions = new WeakMap<Inventory, string>();

/**
 * Stands for exactly what `listResources` gives: made of the revisions at which each object was written, alike in every copy of
 * the view. The highest revision alone would not do: of two objects that change at once, the later may be known first.
 */
export function listTag(kind: string, { cache, desired: { inventory } }: Reading): string {
  const cached = cache.list(kind);
  let version = cachedVersions.get(cached);
  if (version === undefined) {
    const hash = createHash('sha1');
    hash.update(cached.map(({ status: { key }, revision }) => `${key}@${revision}`).join());
    version = hash.digest('base64url').slice(0, 16);
    cachedVersions.set(cached, version);
  }
  let desired = inventoryVersions.get(inventory);
  if (desired === undefined) {
    // Two inventories of a commit may differ: by what is held back, and by what nobody has written a document for.
    desired = shortDigest(`${inventory.commit} ${inventory.digest}`);
    inventoryVersions.set(inventory, desired);
  }
  return entityTag(desired, version);
}

/** Stands for one object as both sides have it. */
export function resourceTag({ desired, cached, unread: isUnread }: Listed): string {
  const origin = desired && `${desired.digest} ${desired.origin.oid} ${desired.origin.line} ${desired.origin.file}`;
  return entityTag(cached?.revision ?? 0, origin === undefined ? (isUnread ? 'unread' : 'none') : shortDigest(origin));
}

/** Both sides are sorted, so one walk along them is enough. */
function merged(inventory: Inventory, desired: readonly ResourceKey[], cached: readonly CachedObject[]): Listed[] {
  const listed: Listed[] = [];
  let [left, right] = [0, 0];
  while (left < desired.length || right < cached.length) {
    const wanted = desired[left];
    const found = cached[right];
    const known = found?.status.key;
    const key = known === undefined || (wanted !== undefined && wanted < known) ? wanted! : known;
    listed.push({
      key,
      desired: key === wanted ? inventory.get(key) : undefined,
      cached: key === known ? found : undefined,
      ...unread(inventory),
    });
    if (key === wanted) left += 1;
    if (key === known) right += 1;
  }
  return listed;
}

function unread({ commit }: Inventory): { unread?: true } {
  return commit === '' ? { unread: true } : {};
}
