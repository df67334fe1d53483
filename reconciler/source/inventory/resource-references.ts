import type { Reference } from '../../../schema/references.ts';
import { referencesOf } from '../../../schema/references.ts';
import type { Json } from '../../model/json.ts';
import type { Resource, ResourceKey } from '../../model/resource.ts';
import { keyOf } from '../../model/resource.ts';

const known = new WeakMap<object, readonly Reference[]>();

/** The references of a resource, found once per resource. */
export function resourceReferences(resource: Resource): readonly Reference[] {
  let references = known.get(resource);
  if (!references) {
    references = referencesOf(resource.kind, resource.spec as Json);
    known.set(resource, references);
  }
  return references;
}

/** The key of a resource. */
export function resourceKey(resource: Resource): ResourceKey {
  return keyOf(resource.kind, resource.metadata.name);
}

/** The key that a reference names. */
export function referenceKey({ kind, name }: Reference): ResourceKey {
  return keyOf(kind, name);
}

const knownOwners = new WeakMap<Resource, readonly string[]>();

/**
 * The clusters that a resource belongs to: itself, those that its owner fields name, and for an Operation, or a schedule
 * of one, on listed hosts theirs. Empty: it belongs to none.
 */
export function ownersOf(resource: Resource, get: (key: ResourceKey) => Resource | undefined): readonly string[] {
  if (resource.kind === 'Cluster') return [resource.metadata.name];
  const named = namedOwners(resource);
  if (resource.kind !== 'Operation' && resource.kind !== 'OperationSchedule') return named;
  const owners = new Set(named);
  for (const reference of resourceReferences(resource)) {
    const host = reference.kind === 'Host' ? get(referenceKey(reference)) : undefined;
    for (const owner of host ? namedOwners(host) : []) owners.add(owner);
  }
  return [...owners];
}

/** The clusters that owner fields name, found once per resource. */
function namedOwners(resource: Resource): readonly string[] {
  let owners = knownOwners.get(resource);
  if (!owners) {
    const references = resourceReferences(resource).filter(({ owner }) => owner);
    owners = [...new Set(references.map(({ name }) => name))];
    knownOwners.set(resource, owners);
  }
  return owners;
}
