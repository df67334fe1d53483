/**
 * The kinds that exist and the type of each one's `spec`. Empty here on purpose: `schema/` extends it by declaration
 * merging, and so may a package from outside, so that this room names no kind.
 */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- an open map, filled by declaration merging
export interface SpecByKind {}

/** Any kind: one of `SpecByKind`, or one that an outside package brings. */
// eslint-disable-next-line @typescript-eslint/no-redundant-type-constituents -- keeps completion of the known kinds
export type Kind = (keyof SpecByKind & string) | (string & Record<never, never>);
export type SpecOf<K extends Kind> = K extends keyof SpecByKind ? SpecByKind[K] : Record<string, unknown>;

/** Identity of a resource, for example `Host/web-1`. The work queue carries nothing else. */
export type ResourceKey<K extends Kind = Kind> = `${K}/${string}`;

export interface Metadata {
  name: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}

/** Where a document stands in the config repository. The commit stands on the Inventory, not here. */
export interface Origin {
  /** Blob oid of the file (hex). */
  oid: string;
  /** Path below the repository root. */
  file: string;
  /** Line of the document's first key, from 1. */
  line: number;
}

/** One validated document of the config repository. Immutable. */
export interface Resource<K extends Kind = Kind> {
  apiVersion: string;
  kind: K;
  metadata: Metadata;
  spec: SpecOf<K>;
  origin: Origin;
  /** Digest of kind, metadata and spec: the `observedGeneration` of conditions. Does not change when the file moves. */
  digest: string;
}

export function keyOf<K extends Kind>(kind: K, name: string): ResourceKey<K> {
  return `${kind}/${name}`;
}

export function splitKey(key: ResourceKey): { kind: string; name: string } {
  const slash = key.indexOf('/');
  return { kind: key.slice(0, slash), name: key.slice(slash + 1) };
}

/** The set of validated resources at one commit, indexed. Immutable: a new commit makes a new one. */
export interface Inventory {
  /** Commit (hex) that this inventory was read from. */
  readonly commit: string;
  /** Digest over the digests of all resources: equal digests mean nothing to do. */
  readonly digest: string;
  get<K extends Kind>(key: ResourceKey<K>): Resource<K> | undefined;
  /** All keys, or those of one kind, sorted. */
  keys(kind?: Kind): readonly ResourceKey[];
  /** Keys of resources that refer to `key`, directly. */
  dependents(key: ResourceKey): readonly ResourceKey[];
}
