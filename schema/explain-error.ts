import type { ErrorObject } from 'ajv';
import { expectation, foundText } from './expectation.ts';
import type { Finding } from './finding.ts';
import { fieldPath, pointerSegment } from './finding.ts';
import { resolveRef } from './resolve-ref.ts';
import type { SchemaNode } from './schema-node.ts';
import { didYouMean } from './suggest.ts';

/** One error of the validator for `root` (compiled with `verbose`) as a person would want it; undefined when another error says it already. */
export function explainError(error: ErrorObject, root: SchemaNode): Finding | undefined {
  const schema = (error.parentSchema ?? {}) as SchemaNode;
  const params = error.params as Record<string, unknown>;
  const pointer = error.instancePath;
  const field = fieldPath(pointer) || 'the document';
  const at = 'value';
  if (error.propertyName !== undefined && error.keyword !== 'propertyNames') {
    const message = `\`${error.propertyName}\` in \`${field}\` must be ${expectation(schema)}`;
    return { code: 'wrong-form', message, pointer: `${pointer}/${pointerSegment(error.propertyName)}`, at: 'key' };
  }
  // That no entry of a list is the one that it must contain is said of the list.
  if (error.schemaPath.includes('/contains/')) return undefined;
  switch (error.keyword) {
    case 'additionalProperties':
      return unknownField(pointer, String(params.additionalProperty), schema);
    case 'required':
      return {
        code: 'missing-field',
        message: missingMessage(pointer, String(params.missingProperty)),
        pointer,
        at: 'key',
      };
    case 'discriminator': {
      // Left out: `required` says so. Not one of the known: list them.
      const tag = String(params.tag);
      const value = (error.data as Record<string, unknown>)[tag];
      if (value === undefined) return undefined;
      const known = tagsOf(schema, root, tag, value);
      return { code: 'not-allowed', message: `\`${tag}\` must be ${known}`, pointer: `${pointer}/${tag}`, at };
    }
    case 'minProperties':
    case 'maxProperties':
      return { code: 'exactly-one', message: countMessage(field, error.data, schema), pointer, at };
    case 'uniqueItems':
      return { code: 'repeated-entry', message: repeatedMessage(field, error.data, params), pointer, at };
    // Their inner errors speak.
    case 'if':
    case 'oneOf':
    case 'propertyNames':
      return undefined;
    case 'enum':
    case 'const':
      return { code: 'not-allowed', message: valueMessage(field, error.data, schema, allowed(schema)), pointer, at };
    case 'type':
      return { code: 'wrong-type', message: valueMessage(field, error.data, schema, []), pointer, at };
    case 'minimum':
    case 'maximum':
    case 'minItems':
    case 'maxItems':
    case 'minLength':
    case 'maxLength':
      return { code: 'out-of-range', message: valueMessage(field, error.data, schema, []), pointer, at };
    default:
      return { code: 'wrong-form', message: valueMessage(field, error.data, schema, []), pointer, at };
  }
}

function unknownField(pointer: string, name: string, schema: SchemaNode): Finding {
  const known = Object.keys(schema.properties ?? {});
  const guess = didYouMean(name, known);
  const rest =
    guess || ` in ${pointer === '' ? 'the document' : `\`${fieldPath(pointer)}\``}; known are ${known.join(', ')}`;
  return {
    code: 'unknown-field',
    message: `unknown field \`${name}\`${rest}`,
    pointer: `${pointer}/${pointerSegment(name)}`,
    at: 'key',
  };
}

function missingMessage(pointer: string, name: string): string {
  return `\`${fieldPath(`${pointer}/${pointerSegment(name)}`)}\` is missing`;
}

function allowed(schema: SchemaNode): string[] {
  return (schema.enum ?? [schema.const]).filter((value) => typeof value === 'string');
}

function valueMessage(field: string, value: unknown, schema: SchemaNode, candidates: readonly string[]): string {
  const guess = typeof value === 'string' ? didYouMean(value, candidates) : '';
  const isText = schema.type === 'string' && schema['x-intendant-form'] === undefined && schema.enum === undefined;
  const quote = isText && (typeof value === 'number' || typeof value === 'boolean') ? ': put it in quotes' : '';
  return `\`${field}\` must be ${expectation(schema)}, found ${foundText(value, schema)}${guess}${quote}`;
}

function tagsOf(schema: SchemaNode, root: SchemaNode, tag: string, value: unknown): string {
  const known = (schema.oneOf ?? []).flatMap((variant) =>
    allowed(resolveRef(variant, root).node.properties?.[tag] ?? {}),
  );
  const guess = typeof value === 'string' ? didYouMean(value, known) : '';
  const list = known.length > 0 ? `one of ${known.join(', ')}` : 'one that this version knows';
  return `${list}, found ${foundText(value, { type: 'string' })}${guess}`;
}

function countMessage(field: string, value: unknown, schema: SchemaNode): string {
  const names = Object.keys(schema.properties ?? {});
  const found = Object.keys(value as object);
  const amount = schema.maxProperties === 1 ? 'exactly one' : 'at least one';
  return `\`${field}\` must have ${amount} of ${names.join(', ')}, found ${found.join(' and ') || 'none'}`;
}

function repeatedMessage(field: string, value: unknown, params: Record<string, unknown>): string {
  const entry = (value as unknown[])[Number(params.j)];
  return `\`${field}\` has ${foundText(entry, {})} twice`;
}
