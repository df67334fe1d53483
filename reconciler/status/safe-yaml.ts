import { isMap, isScalar, isSeq, type Document } from 'yaml';
import { InvalidInput } from '../model/errors.ts';
import type { Json, JsonObject } from '../model/json.ts';
import { readYaml } from '../source/documents/yaml-stream.ts';

/** Largest file of a status branch that is read, in UTF-16 units. An operation on 1,000 hosts is a tenth of it. */
export const MAX_FILE = 2_000_000;
const MAX_DEPTH = 32;

/**
 * The map in a YAML file that anybody with write access to the branch may have put there: no aliases, no tags, no
 * duplicate keys, bounded size and depth. Throws InvalidInput `STATUS_FILE_UNREADABLE`, without repeating the content.
 */
export function parseSafeYaml(path: string, text: string): JsonObject {
  if (text.length > MAX_FILE) throw unreadable(path, `is larger than ${MAX_FILE} characters`);
  const doc = onlyDocument(path, text);
  if (doc.errors.length > 0 || doc.warnings.length > 0 || hasBadKey(doc.contents)) {
    throw unreadable(path, 'is not plain YAML');
  }
  let value: unknown;
  try {
    value = doc.toJS({ maxAliasCount: 0 });
  } catch (cause) {
    throw unreadable(path, 'uses YAML aliases', cause);
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw unreadable(path, 'is not a map');
  return checkedMap(path, value as Record<string, unknown>, 0);
}

/** Bounded as the documents of the config repository are: nested no deeper, and given up where it is mostly mistakes. */
function onlyDocument(path: string, text: string): Document {
  const { documents, refused } = readYaml(text);
  if (refused || documents.length !== 1) throw unreadable(path, 'is not one document of plain YAML');
  return documents[0]!;
}

/** Some map has two keys of one name, or a key that is no name (which would be written out, and whatever is in it). */
function hasBadKey(contents: unknown): boolean {
  const left = [contents];
  for (let node = left.pop(); node !== undefined; node = left.pop()) {
    if (isSeq(node)) for (const item of node.items) left.push(item ?? null);
    if (!isMap(node)) continue;
    const names = new Set<string>();
    for (const { key, value } of node.items) {
      if (!isScalar(key) || names.has(String(key.value))) return true;
      names.add(String(key.value));
      left.push(value ?? null);
    }
  }
  return false;
}

/** Copies what is plain JSON; anything else (a date, a big integer, too deep a nesting) is refused. */
function checkedMap(path: string, value: Record<string, unknown>, depth: number): JsonObject {
  if (depth > MAX_DEPTH) throw unreadable(path, `is nested deeper than ${MAX_DEPTH}`);
  const result: JsonObject = {};
  for (const [key, member] of Object.entries(value)) {
    if (key === '__proto__') throw unreadable(path, 'has a key that is not allowed');
    result[key] = checked(path, member, depth + 1);
  }
  return result;
}

function checked(path: string, value: unknown, depth: number): Json {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (depth > MAX_DEPTH) throw unreadable(path, `is nested deeper than ${MAX_DEPTH}`);
  if (Array.isArray(value)) return value.map((item: unknown) => checked(path, item, depth + 1));
  if (typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype) {
    return checkedMap(path, value as Record<string, unknown>, depth);
  }
  throw unreadable(path, 'holds a value that is not plain data');
}

function unreadable(path: string, why: string, cause?: unknown): InvalidInput {
  return new InvalidInput(`The file ${JSON.stringify(path)} of the status branch ${why}.`, {
    code: 'STATUS_FILE_UNREADABLE',
    hint: 'The daemon writes it again when it finds it changed; nobody else should.',
    cause,
  });
}
