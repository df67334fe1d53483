import { _ } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import standalone from 'ajv/dist/standalone/index.js';
import { AJV_OPTIONS, ALL_FORMATS, ANNOTATIONS } from '../ajv-settings.ts';
import type { SchemaNode } from '../schema-node.ts';
import type { SchemaFile } from './read-schemas.ts';

/**
 * Validators as code, so that neither the compiler of schemas nor its work is needed at run time to see that a document is valid. They
 * only say yes or no: why not is told by validators with all the detail, which are compiled when the first document is not.
 */
export function generateValidators(files: readonly SchemaFile[]): string {
  const ajv = new Ajv2020({
    ...AJV_OPTIONS,
    messages: false,
    inlineRefs: false,
    code: { source: true, esm: true, formats: _`ALL_FORMATS` },
  });
  for (const [name, format] of Object.entries(ALL_FORMATS)) ajv.addFormat(name, format);
  ajv.addVocabulary(ANNOTATIONS);
  const ids: Record<string, string> = {};
  for (const { name, schema } of files) {
    ajv.addSchema(bare(schema));
    if (name !== 'common') ids[`is${schema.title!}`] = schema.$id!;
  }
  const code = standalone.default(ajv, ids).replace('"use strict";', '');
  return `// @ts-nocheck The library writes code without types; only VALIDATORS is for others, and that has one.
// Generated from schema/*.schema.json by \`npm run generate\`. Do not edit.
import { createRequire } from 'node:module';
import { ALL_FORMATS } from '../ajv-settings.ts';

// The code asks for a few helpers of the library that come as CommonJS.
const require = createRequire(import.meta.url);
${code}
export const VALIDATORS: ReadonlyMap<string, (value: unknown) => boolean> = new Map([
${Object.keys(ids)
  .map((name) => `  ['${ids[name]}', ${name}],`)
  .join('\n')}
]);
`;
}

/** Keywords that say nothing about validity, and would be half of the code. */
const ANNOTATING = new Set(['title', 'description', 'examples', 'default', ...ANNOTATIONS]);

function bare(node: SchemaNode): SchemaNode {
  const kept = Object.entries(node).filter(([keyword]) => !ANNOTATING.has(keyword));
  return Object.fromEntries(kept.map(([keyword, value]) => [keyword, bareValue(keyword, value)]));
}

function bareValue(keyword: string, value: unknown): unknown {
  if (keyword === 'properties' || keyword === '$defs' || keyword === 'patternProperties') {
    const members = Object.entries(value as Record<string, SchemaNode>);
    return Object.fromEntries(members.map(([name, node]) => [name, bare(node)]));
  }
  if (['oneOf', 'anyOf', 'allOf'].includes(keyword)) return (value as SchemaNode[]).map(bare);
  const isNode = typeof value === 'object' && value !== null && !Array.isArray(value) && NESTING.has(keyword);
  return isNode ? bare(value) : value;
}

/** Keywords whose value is a schema. */
const NESTING = new Set(['items', 'additionalProperties', 'propertyNames', 'if', 'then', 'else', 'not', 'contains']);
