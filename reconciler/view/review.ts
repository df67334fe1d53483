import { canonicalJson } from '../model/digest.ts';
import type { Change } from '../model/plan.ts';
import { splitKey, type Inventory, type Resource, type ResourceKey } from '../model/resource.ts';
import type { ObjectStatus } from '../model/status.ts';
import { cleanText } from '../status/text.ts';
import { isUnfinished } from '../status/wellness.ts';

export interface ReviewInput {
  /** The proposed repository. */
  desired: Inventory;
  /** What is known of every object, from any view. */
  objects: Iterable<ObjectStatus>;
  /** The repository that is in effect, where it is at hand: changes then name their fields. */
  accepted?: Inventory;
}

const MAX_LINES = 20;
const MAX_VALUE = 80;

/**
 * What a proposed repository changes, object by object, sorted by key: the digest of each document against the one that was
 * last looked at. A host at another address is another machine, so it is replaced. Finished operations stay though their
 * documents go. Pure.
 */
export function reviewChanges({ desired, objects, accepted }: ReviewInput): Change[] {
  const known = new Map([...objects].map((status) => [status.key, status]));
  const changes: Change[] = [];
  for (const key of desired.keys()) {
    const change = changeOf(desired.get(key)!, known.get(key), accepted?.get(key));
    if (change) changes.push(change);
  }
  for (const [key, status] of known) {
    if (desired.get(key) || isSettledOperation(status)) continue;
    changes.push({ symbol: '-', key, lines: farewell(status, accepted?.get(key)) });
  }
  return changes.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}

/** What becomes of an object whose document goes, where that is more than that it is forgotten. */
function farewell(status: ObjectStatus, before: Resource | undefined): string[] {
  if (isUnfinished(status)) return ['the operation is cancelled'];
  const isClean = (before as Resource<'Host'> | undefined)?.spec.onRemove === 'clean';
  return isClean && status.detail.profile !== undefined ? ['what its profile brought is removed from it first'] : [];
}

function changeOf(
  wanted: Resource,
  status: ObjectStatus | undefined,
  before: Resource | undefined,
): Change | undefined {
  const key: ResourceKey = `${wanted.kind}/${wanted.metadata.name}`;
  if (!status) return { symbol: '+', key, lines: linesOf({}, flat(wanted)) };
  if (status.observedGeneration === wanted.digest) return undefined;
  const address = addressBefore(status, before);
  const moved = wanted.kind === 'Host' && address !== undefined && address !== addressOf(wanted);
  const lines = before ? linesOf(flat(before), flat(wanted)) : moved ? [addressLine(status, wanted)] : [];
  return { symbol: moved ? '-/+' : '~', key, lines };
}

function isSettledOperation(status: ObjectStatus): boolean {
  return splitKey(status.key).kind === 'Operation' && !isUnfinished(status);
}

function addressBefore(status: ObjectStatus, before: Resource | undefined): unknown {
  return before ? addressOf(before) : status.detail.address;
}

function addressOf(resource: Pick<Resource, 'spec'>): unknown {
  return (resource.spec as { address?: unknown }).address;
}

function addressLine(status: ObjectStatus, wanted: Resource): string {
  return `spec.address: ${shown(status.detail.address)} → ${shown(addressOf(wanted))}`;
}

/** What of a document changes are told by. */
export type ReviewedDocument = Pick<Resource, 'kind' | 'metadata' | 'spec' | 'digest'>;

/** What became of one document; undefined where it says the same. One side is there at least. Pure. */
export function changeBetween(
  key: ResourceKey,
  before: ReviewedDocument | undefined,
  after: ReviewedDocument | undefined,
): Change | undefined {
  if (!after) return { symbol: '-', key, lines: [] };
  if (!before) return { symbol: '+', key, lines: linesOf({}, flat(after)) };
  if (before.digest === after.digest) return undefined;
  const moved = after.kind === 'Host' && addressOf(before) !== addressOf(after);
  return { symbol: moved ? '-/+' : '~', key, lines: linesOf(flat(before), flat(after)) };
}

/** Every value of a document by the path of its field: `spec.rollout.batches`. */
function flat(resource: Pick<Resource, 'metadata' | 'spec'>): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  const { labels, annotations } = resource.metadata;
  collect('metadata.labels', labels, found);
  collect('metadata.annotations', annotations, found);
  collect('spec', resource.spec, found);
  return found;
}

function collect(path: string, value: unknown, found: Record<string, unknown>): void {
  if (value === undefined) return;
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    found[path] = value;
    return;
  }
  for (const [name, member] of Object.entries(value)) collect(`${path}.${name}`, member, found);
}

function linesOf(before: Record<string, unknown>, after: Record<string, unknown>): string[] {
  const lines: string[] = [];
  for (const path of [...new Set([...Object.keys(before), ...Object.keys(after)])].sort()) {
    const [old, now] = [before[path], after[path]];
    if (canonicalJson(old ?? null) === canonicalJson(now ?? null)) continue;
    const name = cleanText(path, MAX_VALUE);
    if (old === undefined) lines.push(`${name}: ${shown(now)}`);
    else lines.push(`${name}: ${shown(old)} → ${now === undefined ? '(removed)' : shown(now)}`);
  }
  const rest = lines.length - MAX_LINES;
  return rest > 0 ? [...lines.slice(0, MAX_LINES), `and ${rest} more fields`] : lines;
}

/** A value on one line; long texts by their number of lines. */
function shown(value: unknown): string {
  if (typeof value === 'string') {
    const count = value.trimEnd().split('\n').length;
    return count > 1 ? `(${count} lines)` : cleanText(value, MAX_VALUE);
  }
  return value === undefined ? '(unknown)' : cleanText(canonicalJson(value), MAX_VALUE);
}
