import { parseDocument } from 'yaml';
import { DAEMON_SCHEMA } from '../../schema/registry.ts';
import { resolveRef } from '../../schema/resolve-ref.ts';
import type { SchemaNode } from '../../schema/schema-node.ts';
import { didYouMean } from '../../schema/suggest.ts';
import { layerOf, type Assignment, type Layer } from './layer.ts';
import { invalidConfig } from './parse-document.ts';

/** Stands in a path for the free name of a map's entry. */
const ANY = '*';
const PREFIX = 'INTENDANT_';
/** Variables that say where to look, and are no fields themselves. */
const RESERVED = ['INTENDANT_CONFIG', 'INTENDANT_CONFIG_KEY', 'INTENDANT_SYSTEM_CONFIG'];

/** A field of the configuration, and its place in the schema. */
export interface ConfigField {
  /** `['ssh', 'identities', '*', 'keyFile']`. */
  path: readonly string[];
  node: SchemaNode;
}

/**
 * Every field that a variable or `--set` may set. Names of a map's entries are free where the entries are maps; of other
 * maps only the whole can be set.
 */
export function configFields(): ConfigField[] {
  const found: ConfigField[] = [];
  collect(DAEMON_SCHEMA, DAEMON_SCHEMA, [], found);
  return found.filter(({ path }) => path.length > 0 && !['apiVersion', 'kind'].includes(path[0]!));
}

function collect(raw: SchemaNode, home: SchemaNode, path: readonly string[], found: ConfigField[]): void {
  const { node, root } = resolveRef(raw, home);
  found.push({ path, node });
  for (const [name, member] of Object.entries(node.properties ?? {})) collect(member, root, [...path, name], found);
  const { additionalProperties: entry } = node;
  if (typeof entry === 'object' && resolveRef(entry, root).node.type === 'object') {
    collect(entry, root, [...path, ANY], found);
  }
}

/** The variable of a field: `ssh.connectTimeout` is `INTENDANT_SSH_CONNECT_TIMEOUT`. */
export function variableOf(path: readonly string[]): string {
  return PREFIX + path.map((name) => name.replace(/[A-Z]/g, '_$&').replace(/[-.]/g, '_').toUpperCase()).join('_');
}

/** What the environment says, and the variables of our prefix that mean nothing, with a guess at what was meant. */
export function environmentLayer(environment: Record<string, string | undefined>): {
  layer: Layer;
  unknown: string[];
} {
  const fields = configFields();
  const assignments: Assignment[] = [];
  const unknown: string[] = [];
  for (const [name, text] of Object.entries(environment).sort()) {
    if (!name.startsWith(PREFIX) || RESERVED.includes(name) || text === undefined || text === '') continue;
    const field = fieldOfVariable(name, fields);
    if (field === undefined) {
      unknown.push(
        `${name} is no field of the configuration${didYouMean(
          name,
          fields.map(({ path }) => variableOf(path)),
        )}`,
      );
    } else {
      assignments.push({ path: field.path, value: valueOf(text, field.node, name), by: name });
    }
  }
  return { layer: layerOf('environment', assignments), unknown };
}

function fieldOfVariable(name: string, fields: readonly ConfigField[]): ConfigField | undefined {
  const exact = fields.find(({ path }) => !path.includes(ANY) && variableOf(path) === name);
  if (exact) return exact;
  // The longest ending first: what ends in `_KEY_ENV` is that field of an entry, and not an entry of that name.
  const entries = fields
    .filter(({ path }) => path.includes(ANY))
    .map(({ path, node }) => ({ path, node, parts: variableOf(path).split(ANY) as [string, string] }))
    .sort((one, other) => other.parts[1].length - one.parts[1].length);
  for (const { path, node, parts } of entries) {
    const [before, after] = parts;
    const free = name.slice(before.length, name.length - after.length);
    if (name.startsWith(before) && name.endsWith(after) && name.length > before.length + after.length) {
      return { path: path.map((each) => (each === ANY ? freeName(free) : each)), node };
    }
  }
  return undefined;
}

/** Names of objects have no `_`, and variables no `-`. */
function freeName(text: string): string {
  return text.toLowerCase().replaceAll('_', '-');
}

/** What one `--set FIELD=VALUE` sets. Throws InvalidInput `CONFIG_INVALID`. */
export function parseSetting(setting: string): Assignment {
  const equals = setting.indexOf('=');
  const name = equals < 0 ? setting : setting.slice(0, equals);
  const by = `--set ${name}`;
  if (equals < 0) throw invalidConfig([`${by}: a value is missing: --set FIELD=VALUE`]);
  const path = name.split('.');
  const fields = configFields();
  const field = fields.find((each) => matches(each.path, path));
  if (field === undefined) {
    const guess = didYouMean(
      name,
      fields.map((each) => each.path.join('.')),
    );
    throw invalidConfig([`${by}: the configuration has no field \`${name}\`${guess}`]);
  }
  const text = setting.slice(equals + 1);
  return { path, value: text === '' ? null : valueOf(text, field.node, by), by };
}

function matches(pattern: readonly string[], path: readonly string[]): boolean {
  return pattern.length === path.length && pattern.every((name, index) => name === ANY || name === path[index]);
}

/** A text as the field takes it: as it stands, as a list with commas, or as YAML. */
function valueOf(text: string, node: SchemaNode, by: string): unknown {
  if (node.type === 'string') return text;
  if (node.type === 'array' && !text.trimStart().startsWith('[')) return text.split(',').map((each) => each.trim());
  const document = parseDocument(text, { prettyErrors: false });
  const [fault] = [...document.errors, ...document.warnings];
  if (fault) throw invalidConfig([`${by}: the value is not YAML: ${fault.message}`]);
  return document.toJS({ maxAliasCount: 0 }) as unknown;
}
