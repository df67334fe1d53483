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

/**
 * The clusters that a resource belongs to: itself, those that its owner fields name, and for an Operation on listed hosts
 * theirs. Empty: it belongs to none.
 */
export function ownersOf(resource: Resource, get: (key: ResourceKey) => Resource | undefined): string[] {
  if (resource.kind === 'Cluster') return [resource.metadata.name];
  const references = resourceReferences(resource);
  const owners = new Set(references.filter(({ owner }) => owner).map(({ name }) => name));
  if (resource.kind !== 'Operation') return [...owners];
  for (const reference of references) {
    const host = reference.kind === 'Host' ? get(referenceKey(reference)) : undefined;
    if (host) for (const { owner, name } of resourceReferences(host)) if (owner) owners.add(name);
  }
  return [...owners];
}
