import type { ResourceKey } from '../model/resource.ts';
import type { ObjectStatus } from '../model/status.ts';
import type { KindContext } from './context.ts';

/** The revision of a commit as Flux writes it: `main@sha1:<hex>`. */
export function formatRevision(branch: string, commit: string): string {
  return `${branch}@sha1:${commit}`;
}

/**
 * The revision fields of an object's status: attempted is the commit that last changed the object or what it refers to, and
 * it becomes applied when the object is in effect. A commit that touched other objects moves neither.
 */
export function revisionsFor(
  key: ResourceKey,
  digest: string | undefined,
  previous: ObjectStatus | undefined,
  context: KindContext,
  inEffect: boolean,
): Pick<ObjectStatus, 'observedGeneration' | 'lastAppliedRevision' | 'lastAttemptedRevision'> {
  const { branch, commit } = context.revision;
  const changed = context.changedIn(key);
  const unchanged = changed === undefined && previous?.observedGeneration === digest && previous?.lastAttemptedRevision;
  const attempted = unchanged ? previous.lastAttemptedRevision! : formatRevision(branch, changed ?? commit);
  return {
    observedGeneration: digest ?? previous?.observedGeneration,
    lastAttemptedRevision: attempted,
    lastAppliedRevision: inEffect ? attempted : previous?.lastAppliedRevision,
  };
}
