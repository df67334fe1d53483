import { isMap, isNode, isScalar, LineCounter, parseAllDocuments, type Document } from 'yaml';
import { splitPointer } from '../../schema/finding.ts';
import { InvalidInput } from '../model/errors.ts';
import type { Place } from './layer.ts';

/** A document of the configuration as it was read, and where its fields stand. */
export interface ConfigDocument {
  value: unknown;
  /** `source:line:column` of a field. */
  locate(place: Place): string;
}

/** Parses the YAML document of a source. Throws InvalidInput `CONFIG_INVALID` with all places. */
export function parseConfigDocument(text: string, source: string): ConfigDocument {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false });
  const [document] = documents;
  if (documents.length !== 1 || document === undefined || !('contents' in document)) {
    const found = Array.isArray(documents) && documents.length > 1 ? `${documents.length} documents` : 'none';
    throw invalidConfig([`${source}:1:1: there must be one document of kind Daemon, found ${found}`]);
  }
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${source}:${line}:${col}`;
  };
  const faults = [...document.errors, ...document.warnings];
  if (faults.length > 0) throw invalidConfig(faults.map((fault) => `${at(fault.pos[0])}: ${fault.message}`));
  return {
    value: document.toJS({ maxAliasCount: 0 }),
    locate: (place) => at(offsetOf(document, place)),
  };
}

/** One error for all findings, a line each. */
export function invalidConfig(lines: readonly string[]): InvalidInput {
  const count = lines.length === 1 ? 'a mistake' : `${lines.length} mistakes`;
  return new InvalidInput(`The daemon's configuration has ${count}:\n${lines.map((line) => `  ${line}`).join('\n')}`, {
    code: 'CONFIG_INVALID',
    hint: 'schema/README.md describes every field.',
  });
}

/** Offset of the field that a finding speaks of; for one that is missing, of what it is missing from. */
function offsetOf(document: Document.Parsed, finding: Place): number {
  const path = splitPointer(finding.pointer);
  for (let length = path.length; length > 0; length--) {
    const parent: unknown = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
    const name = path[length - 1];
    if (finding.at === 'key' && length === path.length && isMap(parent)) {
      const pair = parent.items.find(({ key }) => isScalar(key) && String(key.value) === name);
      if (isNode(pair?.key) && pair.key.range) return pair.key.range[0];
    }
    const node: unknown = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return document.contents?.range?.[0] ?? 0;
}
