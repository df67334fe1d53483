import { SCHEMAS } from './generated/schemas.ts';
import type { SchemaNode } from './schema-node.ts';

/**
 * A node with what it refers to laid under its own words. References are `#/$defs/X` within `root`, or
 * `common.schema.json#/$defs/X`, or those of another file in the same way.
 */
export function resolveRef(node: SchemaNode, root: SchemaNode): { node: SchemaNode; root: SchemaNode } {
  if (node.$ref === undefined) return { node, root };
  const name = node.$ref.slice(node.$ref.lastIndexOf('/') + 1);
  const file = node.$ref.slice(0, node.$ref.indexOf('#')).replace(/\.schema\.json$/, '');
  const home = file === '' ? root : (SCHEMAS as Record<string, SchemaNode>)[file]!;
  const target = resolveRef(home.$defs?.[name] ?? {}, home);
  const { $ref: _, ...own } = node;
  return { node: { ...target.node, ...own }, root: target.root };
}
