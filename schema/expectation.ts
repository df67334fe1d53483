import type { SchemaNode } from './schema-node.ts';

/** What a schema expects, after "must be": `an integer from 1 to 65535`. */
export function expectation(schema: SchemaNode): string {
  if (schema['x-intendant-form'] !== undefined) return schema['x-intendant-form'];
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum)
    return `one of ${schema.enum.map((value) => (typeof value === 'string' ? value : JSON.stringify(value))).join(', ')}`;
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? []);
  return types.map((type) => typeText(type, schema)).join(' or ') || 'something else';
}

function typeText(type: string, schema: SchemaNode): string {
  switch (type) {
    case 'integer':
    case 'number':
      return `${type === 'integer' ? 'an integer' : 'a number'}${rangeText(schema)}`;
    case 'boolean':
      return 'true or false';
    case 'array':
      return (schema.minItems ?? 0) > 0 ? 'a list with at least one entry' : 'a list';
    case 'object':
      return 'a map';
    case 'string':
      return (schema.minLength ?? 0) > 0 ? 'a text that is not empty' : 'a text';
    default:
      return type;
  }
}

function rangeText({ minimum, maximum }: SchemaNode): string {
  if (minimum !== undefined && maximum !== undefined) return ` from ${minimum} to ${maximum}`;
  if (minimum !== undefined) return ` from ${minimum}`;
  return maximum === undefined ? '' : ` up to ${maximum}`;
}

const LONGEST_SHOWN = 40;

/** What was found, short enough for a sentence. A text that stands where a map or list belongs is not repeated. */
export function foundText(value: unknown, schema: SchemaNode): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return 'a map';
  const scalarExpected = schema.type !== 'object' && schema.type !== 'array';
  if (typeof value === 'string' && (schema['x-intendant-quiet'] || !scalarExpected)) return 'a text';
  const text = JSON.stringify(value) ?? 'something else';
  return text.length <= LONGEST_SHOWN ? text : `${text.slice(0, LONGEST_SHOWN)}…`;
}
