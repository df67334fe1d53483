import { referencesOf } from '../../../schema/references.ts';
import { kindDefinition } from '../../../schema/registry.ts';
import { validateDocument } from '../../../schema/validate.ts';
import type { Diagnostic } from '../../model/diagnostic.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import { keyOf } from '../../model/resource.ts';
import type { ParsedDocument } from '../source.ts';
import type { LineTable } from './line-table.ts';
import { documentDigest } from './document-digest.ts';
import { locate } from './locate.ts';
import { placesIn } from './places-in.ts';
import { readValue } from './read-value.ts';
import type { Fault, YamlDocument } from './yaml-stream.ts';

/** What identifies a document is taken only in these forms, whatever else is wrong with it: both become parts of keys. */
const KIND = /^[A-Za-z][A-Za-z0-9]{0,62}$/;
const NAME = /^(?!.*\.\.)[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$/;

/** Fields beside the references whose places cross-checks name. */
const PLACES = ['/kind', '/metadata/name', '/spec/address', '/spec/port', '/spec/target/selector'];

export interface ReadDocument {
  /** Undefined: its kind or name cannot be read, or there is nothing in it. */
  document?: ParsedDocument;
  diagnostics: Diagnostic[];
}

/** One YAML document as a document of the config repository, with everything that is wrong with it. */
export function readDocument(yaml: YamlDocument, lines: LineTable): ReadDocument {
  const faults = yamlFaults(yaml);
  if (isEmpty(yaml)) return { diagnostics: faults.map((fault) => diagnosticOf(fault, lines)) };
  const value = readValue(yaml.contents, faults);
  // What cannot be read is not worth a second complaint from the schema about its place.
  const findings = faults.length > 0 && !isObject(value) ? [] : validateDocument(value);
  const known = new Set(faults.map(({ offset }) => offset));
  for (const { code, message, pointer, at } of findings) {
    const offset = locate(yaml.contents, pointer, at);
    if (!known.has(offset)) faults.push({ code, message, offset });
  }
  const document = isObject(value) ? identify(value, yaml, lines, faults.length === 0) : undefined;
  const about = document && { key: keyOf(document.kind, document.name), ...ownerOf(document) };
  return { document, diagnostics: faults.map((fault) => ({ ...diagnosticOf(fault, lines), ...about })) };
}

export function diagnosticOf({ code, message, offset }: Fault, lines: LineTable): Diagnostic {
  const [line, column] = lines.position(offset);
  return { severity: 'error', code, message, file: '', line, column };
}

/** Errors, and warnings too: an unknown tag only warns, and would change what a value means. */
function yamlFaults(yaml: YamlDocument): Fault[] {
  const faults: Fault[] = [...yaml.errors, ...yaml.warnings].map((error) => ({
    code: error.code === 'TAG_RESOLVE_FAILED' ? 'unknown-tag' : 'yaml-syntax',
    message: error.message.split('\n')[0]!.slice(0, 200),
    offset: error.pos[0],
  }));
  if (yaml.directives.yaml.explicit && yaml.directives.yaml.version !== '1.2') {
    faults.push({
      code: 'yaml-version',
      message: 'only YAML 1.2 is read: remove the %YAML directive',
      offset: yaml.range[0],
    });
  }
  return faults;
}

/** Nothing was written: an anchor or a tag alone is something. */
function isEmpty({ contents }: YamlDocument): boolean {
  if (contents === null) return true;
  if (!('source' in contents) || !('value' in contents)) return false;
  return contents.value === null && contents.source === '' && !contents.anchor && !contents.tag;
}

function identify(value: JsonObject, yaml: YamlDocument, lines: LineTable, valid: boolean): ParsedDocument | undefined {
  const { apiVersion, kind } = value;
  const metadata = isObject(value.metadata) ? value.metadata : {};
  const { name } = metadata;
  if (typeof kind !== 'string' || !KIND.test(kind) || typeof name !== 'string' || !NAME.test(name)) return undefined;
  const labels = texts(metadata.labels);
  const annotations = texts(metadata.annotations);
  const spec = isObject(value.spec) ? value.spec : {};
  const pointers = [...PLACES, ...referencesOf(kind, spec).map(({ pointer }) => pointer)];
  const positions: ParsedDocument['positions'] = kindDefinition(kind)?.placed ? placesIn(yaml.contents, lines) : {};
  for (const pointer of pointers) {
    if (hasPath(value, pointer)) positions[pointer] = lines.position(locate(yaml.contents, pointer, 'value'));
  }
  return {
    apiVersion: typeof apiVersion === 'string' ? apiVersion : '',
    kind,
    name,
    ...(labels && { labels }),
    ...(annotations && { annotations }),
    spec,
    digest: documentDigest(kind, { name, labels, annotations }, spec),
    line: lines.position(locate(yaml.contents, '', 'value'))[0],
    positions,
    valid,
  };
}

function ownerOf({ kind, name, spec }: ParsedDocument): { cluster?: string } {
  if (kind === 'Cluster') return { cluster: name };
  const owner = referencesOf(kind, spec).find((reference) => reference.owner && NAME.test(reference.name));
  return owner ? { cluster: owner.name } : {};
}

function texts(value: Json | undefined): Record<string, string> | undefined {
  if (!isObject(value)) return undefined;
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

/** References are places that exist; of the fixed list, only top fields need a look. */
function hasPath(value: JsonObject, pointer: string): boolean {
  let node: Json | undefined = value;
  for (const segment of pointer.split('/').slice(1)) {
    if (typeof node !== 'object' || node === null || !Object.hasOwn(node, segment)) return false;
    node = (node as JsonObject)[segment];
  }
  return true;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
