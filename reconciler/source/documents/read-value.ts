import type { Node, Pair, Scalar, YAMLMap } from 'yaml';
import { isAlias, isMap, isNode, isScalar, isSeq } from 'yaml';
import type { Json, JsonObject } from '../../model/json.ts';
import type { Fault } from './yaml-stream.ts';

/** What no text of a document may contain: control characters but tab and line ends, and halves of characters. */
const FORBIDDEN_TEXT = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f]|\p{Cs}/u;

/**
 * The plain value of a YAML node. What our documents do not allow (anchors, aliases, merge keys, repeated keys, keys that
 * are no text, numbers that lose digits) is added to `faults`, and reading goes on, so that all are reported at once.
 */
export function readValue(node: unknown, faults: Fault[]): Json {
  if (!isNode(node)) return null;
  const offset = node.range?.[0] ?? 0;
  if (isAlias(node)) {
    faults.push({ code: 'alias', message: `aliases are not allowed: write the value of *${node.source} here`, offset });
    return null;
  }
  if (node.anchor !== undefined) {
    faults.push({ code: 'anchor', message: `anchors are not allowed: remove &${node.anchor}`, offset });
  }
  if (isMap(node)) return readMap(node, faults);
  if (isSeq(node)) return node.items.map((item) => readValue(item, faults));
  return isScalar(node) ? readScalar(node, offset, faults) : null;
}

function readMap(map: YAMLMap, faults: Fault[]): JsonObject {
  const value: JsonObject = {};
  for (const pair of map.items) {
    const name = readKey(pair, map, faults);
    if (name === undefined) continue;
    const offset = (pair.key as Node).range?.[0] ?? 0;
    if (Object.hasOwn(value, name)) {
      faults.push({
        code: 'duplicate-key',
        message: `\`${shown(name)}\` stands here a second time: remove one`,
        offset,
      });
    }
    value[name] = readValue(pair.value, faults);
  }
  return value;
}

/** The text of a key, undefined when it cannot be one. */
function readKey({ key }: Pair, map: YAMLMap, faults: Fault[]): string | undefined {
  const offset = (isNode(key) ? key.range?.[0] : map.range?.[0]) ?? 0;
  if (!isScalar(key) || key.value === null) {
    faults.push({ code: 'key-not-text', message: 'the name of a field must be a text', offset });
    return undefined;
  }
  if (key.anchor !== undefined) {
    faults.push({ code: 'anchor', message: `anchors are not allowed: remove &${key.anchor}`, offset });
  }
  const name = typeof key.value === 'string' ? key.value : (key.source ?? JSON.stringify(key.value));
  if (name === '<<' && key.type === 'PLAIN') {
    faults.push({ code: 'merge-key', message: 'merge keys (`<<`) are not allowed: write the fields here', offset });
    return undefined;
  }
  if (name === '__proto__' || FORBIDDEN_TEXT.test(name)) {
    faults.push({ code: 'key-not-text', message: 'this name of a field is not allowed', offset });
    return undefined;
  }
  return name;
}

function readScalar({ value, source }: Scalar, offset: number, faults: Fault[]): Json {
  if (typeof value === 'string') {
    if (FORBIDDEN_TEXT.test(value)) {
      faults.push({ code: 'control-character', message: 'the text has a control character in it', offset });
    }
    return value;
  }
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) {
      faults.push({ code: 'not-a-number', message: 'only finite numbers are allowed', offset });
      return null;
    }
    if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
      const text = shown(source ?? String(value));
      faults.push({
        code: 'number-too-large',
        message: `${text} is too large: it would lose digits`,
        offset,
      });
    }
    return value;
  }
  return typeof value === 'boolean' ? value : null;
}

function shown(text: string): string {
  return text.length <= 40 ? text : `${text.slice(0, 40)}…`;
}
