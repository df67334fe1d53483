import type { Condition } from './conditions.ts';
import type { JsonObject } from './json.ts';
import type { ResourceKey } from './resource.ts';

/** What is known of one object: the one form that the store keeps, the status branch commits and every reader shows. */
export interface ObjectStatus {
  key: ResourceKey;
  /** The cluster it belongs to, which decides its place in the status branch. */
  cluster?: string;
  /** The one word: `ok`, `active`, `Succeeded`, … */
  status: string;
  conditions: Condition[];
  /** Digest of the spec that was last looked at. */
  observedGeneration?: string;
  /** `main@sha1:<hex>`: the commit that last changed the object's spec or dependencies and is in effect. */
  lastAppliedRevision?: string;
  lastAttemptedRevision?: string;
  /** What its kind adds: facts of a Host, counts of a Cluster, outcomes of an Operation. No timestamps that churn. */
  detail: JsonObject;
}
