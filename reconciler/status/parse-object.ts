import { CONDITION_TYPES, type Condition, type ConditionStatus } from '../model/conditions.ts';
import type { Json } from '../model/json.ts';
import type { ResourceKey } from '../model/resource.ts';
import type { ObjectStatus } from '../model/status.ts';
import { listField, mapField, optionalTextField, textField, unusable, wordField } from './fields.ts';
import { isKind, isName, readPath } from './layout.ts';
import { steady } from './render-object.ts';
import { parseSafeYaml } from './safe-yaml.ts';

const MAX_CONDITIONS = 32;
const CONDITION_STATES: readonly ConditionStatus[] = ['True', 'False', 'Unknown'];

/**
 * The status that a file of the branch holds: the inverse of `renderObject`. The branch is hostile to a reader (whoever
 * may push may have written it), so everything is checked and every text made fit to be shown.
 * Throws InvalidInput `STATUS_FILE_UNREADABLE`.
 */
export function parseObject(path: string, text: string): ObjectStatus {
  const file = steady(parseSafeYaml(path, text));
  const generation = optionalTextField(path, 'observedGeneration', file.observedGeneration);
  const applied = optionalTextField(path, 'lastAppliedRevision', file.lastAppliedRevision);
  const cluster = readPath(path)?.cluster ?? optionalTextField(path, 'cluster', file.cluster);
  const attempted =
    file.lastAttemptedRevision === undefined
      ? applied
      : optionalTextField(path, 'lastAttemptedRevision', file.lastAttemptedRevision);
  return {
    key: readKey(path, file.key),
    ...(cluster === undefined ? {} : { cluster }),
    status: textField(path, 'status', file.status),
    conditions: readConditions(path, file.conditions, generation),
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    ...(applied === undefined ? {} : { lastAppliedRevision: applied }),
    ...(attempted === undefined ? {} : { lastAttemptedRevision: attempted }),
    detail: file.detail === undefined ? {} : mapField(path, 'detail', file.detail),
  };
}

function readKey(path: string, value: Json | undefined): ResourceKey {
  const [kind = '', name = '', ...rest] = textField(path, 'key', value).split('/');
  if (!isKind(kind) || !isName(name) || rest.length > 0) throw unusable(path, 'key');
  return `${kind}/${name}`;
}

function readConditions(path: string, value: Json | undefined, objectGeneration: string | undefined): Condition[] {
  return listField(path, 'conditions', value, MAX_CONDITIONS).map((item) => {
    const found = mapField(path, 'conditions', item);
    const generation =
      found.observedGeneration === undefined
        ? objectGeneration
        : optionalTextField(path, 'observedGeneration', found.observedGeneration);
    return {
      type: wordField(path, 'type', found.type, CONDITION_TYPES),
      status: wordField(path, 'status', found.status, CONDITION_STATES),
      reason: textField(path, 'reason', found.reason),
      message: textField(path, 'message', found.message),
      lastTransitionTime: textField(path, 'lastTransitionTime', found.lastTransitionTime),
      ...(generation === undefined ? {} : { observedGeneration: generation }),
    };
  });
}
