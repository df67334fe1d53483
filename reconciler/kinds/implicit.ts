import type { OperationSpec } from '../../schema/generated/types.ts';
import { API_VERSION } from '../../schema/registry.ts';
import { isoTime } from '../model/clock.ts';
import { digestOf } from '../model/digest.ts';
import type { Json } from '../model/json.ts';
import { keyOf, splitKey, type Inventory, type Kind, type Resource, type ResourceKey } from '../model/resource.ts';
import { keys, STORE_FORMAT } from '../store/keys.ts';
import type { Write } from '../store/state-store.ts';
import type { LiveState } from './context.ts';
import { leavingHost, type LeavingRecord } from './leaving.ts';

/**
 * Key `implicit/<name>`: an operation that no document holds. A kind wants it (a schedule that is due, a profile that hosts
 * do not have yet), and from there on it is an operation like any other: rolled out, held, journalled and shown the same way.
 */
export interface ImplicitRecord {
  format: number;
  /** The resource that wants it: `HostProfile/docker`. */
  owner: ResourceKey;
  spec: OperationSpec;
  /** ISO time at which it was first wanted. */
  since: string;
}

/**
 * The inventory with the implicit operations, and the hosts that are still to be cleaned, laid over it. A document of the same
 * name wins: what people wrote is what was reviewed. Without any of them it is the inventory itself.
 */
export function withImplicit(base: Inventory, live: LiveState): Inventory {
  const entries = [...live.list(keys.implicits), ...live.list(keys.allLeaving)];
  if (entries.length === 0) return base;
  const last = cache.get(base);
  if (last && isSame(last.entries, entries)) return last.inventory;
  const inventory = new OverlaidInventory(base, entries);
  cache.set(base, { entries, inventory });
  return inventory;
}

/** The spec of the operation that is wanted under this name, if one is. */
export function implicitOf(name: string, live: LiveState): ImplicitRecord | undefined {
  return live.get(keys.implicit(name)) as unknown as ImplicitRecord | undefined;
}

/**
 * The writes that bring about what `owner` wants, by the operation that each concerns. One that stands is left as it is: a changed wish
 * is another operation under another name. One that is wanted no more goes, which cancels it unless it has ended.
 */
export function implicitWrites(
  owner: ResourceKey,
  wishes: readonly { name: string; spec: Json | undefined }[],
  live: LiveState,
  nowMs: number,
): Map<ResourceKey, Write> {
  const writes = new Map<ResourceKey, Write>();
  for (const { name, spec } of wishes) {
    const key = keys.implicit(name);
    const stands = live.get(key) !== undefined;
    if (spec === undefined && stands) writes.set(keyOf('Operation', name), { delete: key });
    if (spec === undefined || stands) continue;
    const value = { format: STORE_FORMAT, owner, spec, since: isoTime(nowMs) };
    writes.set(keyOf('Operation', name), { put: key, value });
  }
  return writes;
}

type Entries = readonly [key: string, value: Json][];

const cache = new WeakMap<Inventory, { entries: Entries; inventory: Inventory }>();

/** Values in memory are replaced and never changed: the same values are the same operations. */
function isSame(a: Entries, b: Entries): boolean {
  return a.length === b.length && a.every(([key, value], index) => b[index]![0] === key && b[index]![1] === value);
}

class OverlaidInventory implements Inventory {
  readonly commit: string;
  readonly #base: Inventory;
  readonly #added = new Map<ResourceKey, Resource>();
  readonly #sorted = new Map<Kind | undefined, readonly ResourceKey[]>();
  #digest: string | undefined;

  constructor(base: Inventory, entries: Entries) {
    this.commit = base.commit;
    this.#base = base;
    for (const [key, value] of entries) {
      const resource = key.startsWith(keys.allLeaving)
        ? leavingHost(key, value as unknown as LeavingRecord)
        : toResource(keyOf('Operation', key.slice(keys.implicits.length)), value as unknown as ImplicitRecord);
      const added = keyOf(resource.kind, resource.metadata.name);
      if (!base.get(added)) this.#added.set(added, resource);
    }
  }

  get digest(): string {
    this.#digest ??= digestOf([this.#base.digest, [...this.#added].map(([key, { digest }]) => [key, digest])]);
    return this.#digest;
  }

  get<K extends Kind>(key: ResourceKey<K>): Resource<K> | undefined {
    return (this.#added.get(key) as Resource<K> | undefined) ?? this.#base.get(key);
  }

  keys(kind?: Kind): readonly ResourceKey[] {
    if (kind !== undefined && kind !== 'Operation' && kind !== 'Host') return this.#base.keys(kind);
    let sorted = this.#sorted.get(kind);
    if (!sorted) {
      const added = [...this.#added.keys()].filter((key) => kind === undefined || splitKey(key).kind === kind);
      sorted = added.length === 0 ? this.#base.keys(kind) : [...this.#base.keys(kind), ...added].sort();
      this.#sorted.set(kind, sorted);
    }
    return sorted;
  }

  dependents(key: ResourceKey): readonly ResourceKey[] {
    return this.#base.dependents(key);
  }
}

function toResource(key: ResourceKey<'Operation'>, { owner, spec }: ImplicitRecord): Resource<'Operation'> {
  const metadata = { name: key.slice('Operation/'.length), annotations: { 'intendant.dev/wanted-by': owner } };
  return {
    apiVersion: API_VERSION,
    kind: 'Operation',
    metadata,
    spec,
    origin: { oid: '', file: `(wanted by ${owner})`, line: 0 },
    digest: digestOf({ kind: 'Operation', metadata, spec }),
  };
}
