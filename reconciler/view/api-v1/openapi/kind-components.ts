import { allKinds, COMMON_SCHEMA, OPERATION_SCHEMA, type KindDefinition } from '../../../../schema/registry.ts';
import type { SchemaNode } from '../../../../schema/schema-node.ts';
import { Bug } from '../../../model/errors.ts';
import type { Components } from '../schemas/parts.ts';
import { resourceSchemas } from '../schemas/resource.ts';

/** Words that mean something to our own schemas alone, or that OpenAPI reads in another way. */
const LEFT_OUT = new Set(['$schema', '$id', '$defs', 'discriminator']);

/** Schemas of every kind that is known: its documents, their parts, and the answers on its objects. */
export function kindComponents(): Components {
  const kinds = allKinds();
  const sources = [...new Set([COMMON_SCHEMA, OPERATION_SCHEMA, ...kinds.map(({ schema }) => schema)])];
  const names = nameParts(sources);
  const components: Components = {};
  for (const source of sources) {
    for (const [part, node] of Object.entries(source.$defs ?? {})) {
      components[names.get(addressOf(source, part))!] = rewritten(node, source, names);
    }
  }
  for (const kind of kinds) addAll(components, ofKind(kind, names));
  return components;
}

/** Adds components; a name that is taken is a fault of ours. */
export function addAll(components: Components, added: Components): void {
  for (const [name, node] of Object.entries(added)) {
    if (Object.hasOwn(components, name)) throw new Bug(`two schemas of the API are named ${name}`);
    components[name] = node;
  }
}

function ofKind(definition: KindDefinition, names: ReadonlyMap<string, string>): Components {
  const document = rewritten(definition.schema, definition.schema, names);
  return { [definition.kind]: document, ...resourceSchemas(definition, document) };
}

/** A part keeps its name, unless another schema has a part of that name. */
function nameParts(sources: readonly SchemaNode[]): Map<string, string> {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  for (const source of sources) {
    for (const part of Object.keys(source.$defs ?? {})) {
      const name = taken.has(part) ? `${(source.title ?? '').replace(/\W/g, '')}${part}` : part;
      taken.add(name);
      names.set(addressOf(source, part), name);
    }
  }
  return names;
}

/** `cluster.schema.json#ClusterSpec`. */
function addressOf({ $id = '' }: SchemaNode, part: string): string {
  return `${$id.slice($id.lastIndexOf('/') + 1)}#${part}`;
}

function rewritten(node: SchemaNode, source: SchemaNode, names: ReadonlyMap<string, string>): SchemaNode {
  return walk(node) as SchemaNode;

  function walk(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(walk);
    if (typeof value !== 'object' || value === null) return value;
    const copy: Record<string, unknown> = {};
    for (const [key, member] of Object.entries(value)) {
      if (LEFT_OUT.has(key) || key.startsWith('x-intendant-')) continue;
      copy[key] = key === '$ref' && typeof member === 'string' ? pointer(member) : walk(member);
    }
    return copy;
  }

  function pointer(reference: string): string {
    const [file, path = ''] = reference.split('#');
    const part = path.slice(path.lastIndexOf('/') + 1);
    const address = file === '' ? addressOf(source, part) : `${file}#${part}`;
    const name = names.get(address);
    if (name === undefined) throw new Bug(`the schema ${source.$id ?? ''} refers to ${reference}, which nobody has`);
    return `#/components/schemas/${name}`;
  }
}
