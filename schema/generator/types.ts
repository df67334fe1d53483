import { compile } from 'json-schema-to-typescript';
import type { JSONSchema } from 'json-schema-to-typescript';
import type { SchemaNode } from '../schema-node.ts';
import { refName } from './read-schemas.ts';

const BANNER = '// Generated from schema/*.schema.json by `npm run generate`. Do not edit.\n';

/** TypeScript types of all definitions, and the entries of `SpecByKind` for these kinds. */
export async function generateTypes(
  definitions: ReadonlyMap<string, SchemaNode>,
  kinds: readonly string[],
): Promise<string> {
  const bundle = {
    $defs: Object.fromEntries([...definitions].map(([name, node]) => [name, named(node)])),
  } as unknown as JSONSchema;
  const source = await compile(bundle, 'Unused', {
    bannerComment: '',
    unreachableDefinitions: true,
    additionalProperties: false,
    style: { singleQuote: true, printWidth: 120 },
  });
  // The bundle itself has no members: its empty interface is dropped.
  const types = source.replace(/export interface Unused \{[^}]*\}\n/, '');
  const members = kinds.map((kind) => `    ${kind}: ${kind}Spec;\n`).join('');
  return `${BANNER}${types}\ndeclare module '../../reconciler/model/resource.ts' {\n  interface SpecByKind {\n${members}  }\n}\n`;
}

/** References become type names, which keeps the description of the field that refers; the rest is left to the tool. */
function named(node: SchemaNode): SchemaNode & { tsType?: string } {
  if (node.$ref !== undefined) return { description: node.description, tsType: refName(node.$ref) };
  const copy: SchemaNode = { ...node };
  // Titles would become names, conditions and the discriminator have no counterpart in types.
  for (const word of ['if', 'then', 'discriminator', 'examples', 'propertyNames', 'contains'] as const)
    delete copy[word];
  if (node.properties) copy.properties = mapValues(node.properties, named);
  if (node.items) copy.items = named(node.items);
  if (node.oneOf) copy.oneOf = node.oneOf.map(named);
  if (typeof node.additionalProperties === 'object') copy.additionalProperties = named(node.additionalProperties);
  // Bounds on lists would become unions of tuples.
  delete copy.minItems;
  return copy;
}

function mapValues<A, B>(record: Record<string, A>, change: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}
