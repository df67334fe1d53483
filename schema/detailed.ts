import { createRequire } from 'node:module';
import type { ValidateFunction } from 'ajv';
import type { Ajv2020 } from 'ajv/dist/2020.js';
import { AJV_OPTIONS, ALL_FORMATS, ANNOTATIONS } from './ajv-settings.ts';
import { COMMON_SCHEMA, OPERATION_SCHEMA } from './registry.ts';
import type { SchemaNode } from './schema-node.ts';

let ajv: Ajv2020 | undefined;
/** Compiled once per schema object; the validator keeps its own cache by identity. */
const compiled = new Map<SchemaNode, ValidateFunction>();

/**
 * The validator that tells everything that is wrong. Loading the compiler and compiling a schema takes a tenth of a second and some
 * megabytes: it is done when the first document is not valid, or for a kind from outside.
 */
export function compileDetailed(schema: SchemaNode): ValidateFunction {
  const known = compiled.get(schema);
  if (known) return known;
  ajv ??= createCompiler();
  const validate = ajv.compile(schema);
  compiled.set(schema, validate);
  return validate;
}

function createCompiler(): Ajv2020 {
  const library = createRequire(import.meta.url)('ajv/dist/2020.js') as { Ajv2020: new (options: object) => Ajv2020 };
  const made = new library.Ajv2020({ ...AJV_OPTIONS, allErrors: true, verbose: true });
  for (const [name, format] of Object.entries(ALL_FORMATS)) made.addFormat(name, format);
  made.addVocabulary(ANNOTATIONS);
  // What others refer to.
  for (const each of [COMMON_SCHEMA, OPERATION_SCHEMA]) made.addSchema(each);
  return made;
}
