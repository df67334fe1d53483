import type { ResourceKey } from '../model/resource.ts';

/**
 * Every key of the live state, below `/intendant/<fleet>/`. Nothing else builds a store key. Names are checked by the
 * schema (`[a-z0-9.-]`), so a `/` never occurs inside one.
 */
export const keys = {
  /** `{ format, id, epoch }`: the store's identity and the version of its format. */
  meta: 'meta',
  /** The accepted revision of the config branch and which clusters are held at an older one. */
  revision: 'revision',
  /** Status of one object (`ObjectStatus`). */
  object: (key: ResourceKey): string => `objects/${key}`,
  objects: 'objects/',
  /** What a kind remembers of one object beyond its status; written by its controller only. */
  record: (key: ResourceKey): string => `records/${key}`,
  records: 'records/',
  /** Operations that a kind wants and no document holds. */
  implicit: (operation: string): string => `implicit/${operation}`,
  implicits: 'implicit/',
  /** A host that has left the repository and is still to be cleaned: how it is reached. */
  leaving: (host: string): string => `leaving/${host}`,
  allLeaving: 'leaving/',
  /** One key per host and step of an operation: intent, then outcome. */
  journal: (operation: string, host: string, step: string): string => `journal/${operation}/${host}/${step}`,
  journalOf: (operation: string): string => `journal/${operation}/`,
  journals: 'journal/',
  /** What came of each host of a finished operation whose journal was cleaned away. Written by housekeeping only. */
  sealed: (operation: string): string => `sealed/${operation}`,
  allSealed: 'sealed/',
  /** Who is changing this host. */
  claim: (host: string): string => `claims/${host}`,
  claims: 'claims/',
  /** The brake as it was pulled by hand; absent = it is not. Written by whoever pulls it, daemon or not. */
  halt: 'halt',
  /** The brake's file as the daemon last saw it, so that others can show it; the daemon goes by the file itself. */
  haltFile: 'halt-file',
  /** Claims that a person took away, and why. */
  released: (host: string, time: string): string => `released/${host}/${time}`,
  releases: 'released/',
  /** Last checks: one key per cluster (`-` for hosts without one). */
  heartbeat: (cluster: string): string => `heartbeats/${cluster}`,
  heartbeats: 'heartbeats/',
  /** Capped output of a step, apart from the journal because it is large and rarely read. */
  output: (operation: string, host: string, step: string): string => `output/${operation}/${host}/${step}`,
  outputOf: (operation: string): string => `output/${operation}/`,
  outputs: 'output/',
  lease: (name: string): string => `leases/${name}`,
  /** Written along with every transaction by the etcd store, so that an unknown outcome can be decided. */
  transaction: (client: string, slot: number): string => `transactions/${client}/${slot}`,
  transactions: 'transactions/',
} as const;

/** Keys that a store keeps for itself: read through `leaseHolder`, and left out of lists and watches. */
export function isInternalKey(key: string): boolean {
  return key.startsWith('leases/') || key.startsWith(keys.transactions);
}

/** Format version of every value written by this build. A store with a higher one is refused. */
export const STORE_FORMAT = 1;
