import type { Json } from '../reconciler/model/json.ts';
import { resolveRef } from './resolve-ref.ts';
import type { SchemaNode } from './schema-node.ts';

/** One field of a kind, as people ask for it. */
export interface FieldDescription {
  /** From the document's root: `spec.rollout.batches`; empty for the document itself. */
  path: string;
  /** `string`, `integer`, `[string]`, `object`, …; several joined by ` or `. */
  type: string;
  description: string;
  required: boolean;
  default?: Json;
  /** What may stand there, where that is a list. */
  values?: readonly Json[];
  examples: readonly Json[];
  /** The kind that the text names an object of. */
  refersTo?: string;
  /** May change once the operation has begun. */
  mutable: boolean;
  /** The variants of the object that have this field, where not all of them do: types of an Operation. */
  only?: readonly string[];
}

/** A field and the fields directly below it, in the order of the schema. */
export interface FieldWithMembers extends FieldDescription {
  members: FieldDescription[];
}

/** A node, the schema that its references are meant in, and what its parent says of it. */
interface Place {
  node: SchemaNode;
  root: SchemaNode;
  required: boolean;
  only?: readonly string[];
}

/**
 * Describes one field of a schema and what is below it. Entries of a list and of a map are described by the list's own path:
 * `spec.hooks.before.command`. Undefined: there is no such field; `namesAlong` says which there are.
 */
export function describeField(schema: SchemaNode, path: readonly string[]): FieldWithMembers | undefined {
  const found = placeOf(schema, path);
  if (!found) return undefined;
  const names = path.join('.');
  const members = [...membersOf(found)].map(([name, member]) =>
    described(names === '' ? name : `${names}.${name}`, member),
  );
  return { ...described(names, found), members };
}

/** Names of the fields below the longest part of a path that exists, for suggestions; and how long that part is. */
export function namesAlong(schema: SchemaNode, path: readonly string[]): { depth: number; names: string[] } {
  for (let depth = path.length; depth >= 0; depth -= 1) {
    const found = placeOf(schema, path.slice(0, depth));
    if (found) return { depth, names: [...membersOf(found).keys()] };
  }
  return { depth: 0, names: [] };
}

function placeOf(schema: SchemaNode, path: readonly string[]): Place | undefined {
  let place: Place | undefined = { ...resolveRef(schema, schema), required: true };
  for (const name of path) {
    place = place && membersOf(place).get(name);
    if (!place) return undefined;
  }
  return place;
}

/** The fields below a place: of the object, of each entry of a list or map, and of every variant. */
function membersOf({ node, root }: Place): Map<string, Place> {
  const found = new Map<string, Place>();
  const inner = entriesOf(node, root);
  if (inner) return membersOf({ ...inner, required: true });
  addProperties(found, node, root);
  const variants = (node.oneOf ?? []).map((variant) => resolveRef(variant, root));
  const tag = node.discriminator?.propertyName;
  const names = variants.map(({ node: variant }) => {
    const name = tag === undefined ? undefined : variant.properties?.[tag]?.const;
    return typeof name === 'string' ? name : '';
  });
  for (const [at, variant] of variants.entries()) {
    for (const [name, member] of Object.entries(variant.node.properties ?? {})) {
      const known = found.get(name);
      if (known) {
        found.set(name, { ...known, only: [...(known.only ?? []), names[at]!] });
        continue;
      }
      const required = variant.node.required?.includes(name) ?? false;
      found.set(name, { ...resolveRef(member, variant.root), required, only: [names[at]!] });
    }
  }
  for (const [name, member] of found) {
    if (tag === name) found.set(name, { ...member, node: tagNode(member.node, names), only: undefined });
    else if (tag === undefined || member.only?.length === variants.length)
      found.set(name, { ...member, only: undefined });
  }
  return found;
}

/** The field that tells the variants apart holds any of their names. */
function tagNode(node: SchemaNode, names: readonly string[]): SchemaNode {
  const { const: _, examples: __, ...rest } = node;
  return { ...rest, description: 'Which of its variants the object is.', enum: names };
}

function addProperties(found: Map<string, Place>, node: SchemaNode, root: SchemaNode): void {
  for (const [name, member] of Object.entries(node.properties ?? {})) {
    found.set(name, { ...resolveRef(member, root), required: node.required?.includes(name) ?? false });
  }
}

/** What a list or a map of objects holds; undefined: it is neither, or holds plain values. */
function entriesOf(node: SchemaNode, root: SchemaNode): { node: SchemaNode; root: SchemaNode } | undefined {
  const entry = node.items ?? (typeof node.additionalProperties === 'object' ? node.additionalProperties : undefined);
  if (entry === undefined) return undefined;
  const inner = resolveRef(entry, root);
  const { properties, oneOf, items } = inner.node;
  return properties || oneOf || items ? inner : undefined;
}

function described(path: string, { node, root, required, only }: Place): FieldDescription {
  const description = (node.description ?? '').replaceAll('\n', ' ');
  return {
    path,
    type: typeOf(node, root),
    description,
    required,
    ...(node.default !== undefined && { default: node.default }),
    ...(node.enum && { values: node.enum }),
    ...(node.const !== undefined && { values: [node.const] }),
    examples: node.examples ?? [],
    ...(node['x-intendant-ref'] !== undefined && { refersTo: node['x-intendant-ref'] }),
    mutable: node['x-intendant-mutable'] ?? false,
    ...(only && { only }),
  };
}

function typeOf(node: SchemaNode, root: SchemaNode): string {
  if (node.items) return `[${typeOf(resolveRef(node.items, root).node, root)}]`;
  if (typeof node.additionalProperties === 'object') {
    return `map of ${typeOf(resolveRef(node.additionalProperties, root).node, root)}`;
  }
  if (node.oneOf && !node.properties && !node.discriminator) {
    return [...new Set(node.oneOf.map((each) => typeOf(resolveRef(each, root).node, root)))].join(' or ');
  }
  if (node.properties || node.oneOf) return 'object';
  const { type } = node;
  if (type !== undefined) return typeof type === 'string' ? type : type.join(' or ');
  return typeof (node.const ?? node.enum?.[0] ?? '');
}
