import type { SchemaNode } from '../schema-node.ts';
import { refName } from './read-schemas.ts';
import type { SchemaFile } from './read-schemas.ts';

/**
 * The definitions of single kinds that stand in several places of their own schema, or are entries of a list: the reference tells them
 * once, in a section of their own, instead of at every place. A kind with variants has a table for each, which say everything.
 */
export function partsOf(files: readonly SchemaFile[]): Record<string, SchemaNode> {
  const parts: Record<string, SchemaNode> = {};
  for (const { schema } of files) {
    const spec = schema.$defs?.[`${schema.title!}Spec`];
    if (!spec || spec.oneOf) continue;
    const uses = new Map<string, number>();
    count(schema, uses);
    for (const [name, node] of Object.entries(schema.$defs ?? {}))
      if (node.oneOf === undefined && (uses.get(name) ?? 0) > 1) parts[name] = node;
  }
  return parts;
}

/** A list may have many entries: its use counts twice. */
function count(node: unknown, uses: Map<string, number>, weight = 1): void {
  if (typeof node !== 'object' || node === null) return;
  const { $ref } = node as SchemaNode;
  if (typeof $ref === 'string' && $ref.startsWith('#'))
    uses.set(refName($ref), (uses.get(refName($ref)) ?? 0) + weight);
  for (const [keyword, member] of Object.entries(node)) count(member, uses, keyword === 'items' ? 2 : 1);
}
