import { COMMON_SCHEMA } from './registry.ts';
import type { SchemaNode } from './schema-node.ts';

/**
 * A node with what it refers to laid under its own words. References are `#/$defs/X` within `root`, or
 * `common.schema.json#/$defs/X`.
 */
export function resolveRef(node: SchemaNode, root: SchemaNode): { node: SchemaNode; root: SchemaNode } {
  if (node.$ref === undefined) return { node, root };
  const name = node.$ref.slice(node.$ref.lastIndexOf('/') + 1);
  const home = node.$ref.startsWith('#') ? root : COMMON_SCHEMA;
  const target = resolveRef(home.$defs?.[name] ?? {}, home);
  const { $ref: _, ...own } = node;
  return { node: { ...target.node, ...own }, root: target.root };
}
