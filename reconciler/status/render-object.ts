import type { Condition } from '../model/conditions.ts';
import type { Json, JsonObject } from '../model/json.ts';
import type { ObjectStatus } from '../model/status.ts';
import { stableYaml } from './stable-yaml.ts';
import { cleanText } from './text.ts';

/**
 * Facts that change without anything having happened, or say how long ago something did (the boot id says whether). They live in the store and never reach git. All in camelCase, so
 * that no name of a host (lower case) is ever taken for one of them where names are keys.
 */
const CHURNING = new Set(['uptimeSeconds', 'bootedAt', 'hostTime', 'lastCheck', 'lastChecks', 'lastSeen']);

/**
 * The file of one object in the status branch. Equal statuses give equal bytes. To keep a commit of a thousand of them
 * small, what can be worked out is left out: the cluster where the folder names it (`omitCluster`), the generation of a
 * condition and the attempted revision where they are the object's own; `parseObject` puts them back.
 */
export function renderObject(status: ObjectStatus, { omitCluster }: { omitCluster: boolean }): string {
  const attempted = status.lastAttemptedRevision;
  return stableYaml({
    key: status.key,
    cluster: omitCluster ? undefined : status.cluster,
    status: cleanText(status.status),
    conditions: status.conditions.map((condition) => renderCondition(condition, status.observedGeneration)),
    observedGeneration: status.observedGeneration,
    lastAppliedRevision: status.lastAppliedRevision,
    lastAttemptedRevision: attempted === status.lastAppliedRevision ? undefined : (attempted ?? null),
    detail: isEmpty(status.detail) ? undefined : steady(status.detail),
  });
}

function renderCondition(condition: Condition, objectGeneration: string | undefined): JsonObject {
  const { observedGeneration, ...rest } = condition;
  const rendered: JsonObject = { ...rest, message: cleanText(rest.message), reason: cleanText(rest.reason) };
  if (observedGeneration !== objectGeneration) rendered.observedGeneration = observedGeneration ?? null;
  return rendered;
}

/** A copy without what churns, and with every text made fit to be shown. */
export function steady<T extends Json>(value: T): T;
export function steady(value: Json): Json {
  if (typeof value === 'string') return cleanText(value);
  if (Array.isArray(value)) return value.map((item) => steady(item));
  if (value === null || typeof value !== 'object') return value;
  const kept: JsonObject = {};
  for (const [key, member] of Object.entries(value)) {
    // A member that is undefined is not JSON, but controllers may leave one behind; it means absent.
    if (CHURNING.has(key) || (member as Json | undefined) === undefined) continue;
    kept[cleanText(key, 256)] = steady(member);
  }
  return kept;
}

function isEmpty(detail: JsonObject): boolean {
  return Object.keys(detail).length === 0;
}
