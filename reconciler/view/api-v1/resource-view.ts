import type { Condition } from '../../model/conditions.ts';
import type { JsonObject } from '../../model/json.ts';
import { splitKey, type Metadata, type Resource, type ResourceKey } from '../../model/resource.ts';
import type { ObjectStatus } from '../../model/status.ts';
import type { CachedObject } from '../fleet-cache.ts';

/** What the repository says of an object. */
export interface DesiredView {
  apiVersion: string;
  kind: string;
  metadata: Metadata;
  spec: unknown;
  /** Where its document stands; null: no document holds it, something else wants it. */
  origin: { file: string; line: number } | null;
  digest: string;
}

/** What is known of an object. */
export interface LiveView {
  status: string;
  cluster?: string;
  detail: JsonObject;
}

/**
 * How desired and live compare. `current`: what is desired was looked at, and nothing differs. `pending`: what was looked at
 * is an older document. `drifted`: the document was looked at, and the world differs. `unobserved`: nothing was looked at
 * yet. `removed`: it has left the repository and is still there. `unknown`: the repository has not been read yet.
 */
export const DIFF_STATES = ['current', 'pending', 'drifted', 'unobserved', 'removed', 'unknown'] as const;
export type DiffState = (typeof DIFF_STATES)[number];

export interface DiffView {
  state: DiffState;
  /** Digests of the document that is desired, and of the one that was looked at last. */
  desiredGeneration: string | null;
  observedGeneration: string | null;
  /** What differs in the world; null: nothing that is known. */
  drift: { message: string; changes: string[]; total: number } | null;
}

export interface ResourceView {
  key: ResourceKey;
  kind: string;
  name: string;
  desired: DesiredView | null;
  status: LiveView | null;
  conditions: Condition[];
  revision: { applied?: string; attempted?: string };
  diff: DiffView;
}

/** An object as both sides have it; at least one of them is there. */
export interface Listed {
  key: ResourceKey;
  desired: Resource | undefined;
  cached: CachedObject | undefined;
  /** The repository has not been read yet: nothing follows from what is not desired. */
  unread?: boolean;
}

/** Everything that there is to say about one object. */
export function resourceView({ key, desired, cached, unread }: Listed): ResourceView {
  const status = cached?.status;
  const { lastAppliedRevision: applied, lastAttemptedRevision: attempted } = status ?? {};
  return {
    key,
    ...splitKey(key),
    desired: desired ? desiredView(desired) : null,
    status: status ? liveView(status) : null,
    conditions: status?.conditions ?? [],
    revision: { ...(applied !== undefined && { applied }), ...(attempted !== undefined && { attempted }) },
    diff: diffView(desired, status, unread === true),
  };
}

const texts = new WeakMap<object, { desired: Resource | undefined; unread: boolean; text: string }>();

/** The same as JSON, made once for as long as neither side changes. */
export function resourceText(listed: Listed): string {
  const { desired, cached, unread = false } = listed;
  const keeper = cached ?? desired;
  const known = keeper && texts.get(keeper);
  if (known && known.desired === desired && known.unread === unread) return known.text;
  const text = JSON.stringify(resourceView(listed));
  if (keeper) texts.set(keeper, { desired, unread, text });
  return text;
}

function desiredView({ apiVersion, kind, metadata, spec, origin, digest }: Resource): DesiredView {
  const { oid, file, line } = origin;
  return { apiVersion, kind, metadata, spec, origin: oid === '' ? null : { file, line }, digest };
}

function liveView({ status, cluster, detail }: ObjectStatus): LiveView {
  return { status, ...(cluster !== undefined && { cluster }), detail };
}

function diffView(desired: Resource | undefined, status: ObjectStatus | undefined, unread: boolean): DiffView {
  const drift = driftOf(status);
  return {
    state: unread ? 'unknown' : stateOf(desired, status, drift !== null),
    desiredGeneration: desired?.digest ?? null,
    observedGeneration: status?.observedGeneration ?? null,
    drift,
  };
}

function stateOf(desired: Resource | undefined, status: ObjectStatus | undefined, drifted: boolean): DiffState {
  if (!desired) return 'removed';
  if (!status) return 'unobserved';
  if (status.observedGeneration !== desired.digest) return 'pending';
  return drifted ? 'drifted' : 'current';
}

function driftOf(status: ObjectStatus | undefined): DiffView['drift'] {
  const condition = status?.conditions.find(({ type, status: state }) => type === 'Drifted' && state === 'True');
  const profile = status?.detail.profile as { total?: unknown; changes?: unknown } | undefined;
  const total = typeof profile?.total === 'number' ? profile.total : 0;
  if (!condition && total === 0) return null;
  const changes = Array.isArray(profile?.changes) ? profile.changes.filter((line) => typeof line === 'string') : [];
  return { message: condition?.message ?? 'the host does not have all of its profile yet', changes, total };
}
