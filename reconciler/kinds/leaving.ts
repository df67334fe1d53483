import type { HostSpec } from '../../schema/generated/types.ts';
import { API_VERSION } from '../../schema/registry.ts';
import { digestOf } from '../model/digest.ts';
import type { Json } from '../model/json.ts';
import { splitKey, type Resource, type ResourceKey } from '../model/resource.ts';
import { keys, STORE_FORMAT } from '../store/keys.ts';
import type { Write } from '../store/state-store.ts';
import type { LiveState } from './context.ts';

/**
 * Key `leaving/<host>`: a host that has left the repository with `onRemove: clean`, and still has what we brought. It stays in the
 * inventory, in no cluster, until that is gone: an operation removes it, and one that cannot be reached is a debt that is seen.
 */
export interface LeavingRecord {
  format: number;
  /** How it was reached when it left, without a cluster. */
  spec: HostSpec;
  /** The cluster that it belonged to. */
  cluster?: string;
  /** ISO time at which it was seen to have left. */
  since: string;
  /** The revision (hex) at which it had left: `confirmPrune` names it when too many leave at once. */
  commit: string;
  /** Number of the last operation that was to clean it. */
  tries: number;
  /** ISO time before which it is not tried again. */
  notBefore?: string;
}

/** Annotation of a host that is only there to be cleaned. */
const LEAVING = 'intendant.dev/leaving';

export function isLeaving({ metadata }: Resource<'Host'>): boolean {
  return metadata.annotations?.[LEAVING] !== undefined;
}

export function leavingOf(host: string, live: LiveState): LeavingRecord | undefined {
  return live.get(keys.leaving(host)) as unknown as LeavingRecord | undefined;
}

/** The host as the inventory has it meanwhile. */
export function leavingHost(key: string, { spec, since }: LeavingRecord): Resource<'Host'> {
  const metadata = { name: key.slice(keys.allLeaving.length), annotations: { [LEAVING]: since } };
  return {
    apiVersion: API_VERSION,
    kind: 'Host',
    metadata,
    spec,
    origin: { oid: '', file: '(left the repository)', line: 0 },
    digest: digestOf({ kind: 'Host', metadata, spec }),
  };
}

/** The writes of what `Assessment.leaving` says. */
export function leavingWrites(key: ResourceKey, leaving: Json, live: LiveState): Write[] {
  const at = keys.leaving(splitKey(key).name);
  if (leaving !== null) return [{ put: at, value: leaving }];
  return live.get(at) === undefined ? [] : [{ delete: at }];
}

/** A new record of a host that has left. */
export function leavingRecord(rest: Omit<LeavingRecord, 'format' | 'tries'>): LeavingRecord {
  return { format: STORE_FORMAT, tries: 0, ...rest };
}
