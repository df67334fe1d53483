import type { SchemaNode } from '../../../../schema/schema-node.ts';

/** Schemas by the name that they have among the components of the document. */
export type Components = Record<string, SchemaNode>;

/** An object with these members and no others. */
export function object(
  description: string,
  required: Record<string, SchemaNode>,
  optional: Record<string, SchemaNode> = {},
): SchemaNode {
  return {
    type: 'object',
    description,
    additionalProperties: false,
    required: Object.keys(required),
    properties: { ...required, ...optional },
  };
}

/** An object whose members have names that nobody knows beforehand. */
export function map(description: string, values: SchemaNode): SchemaNode {
  return { type: 'object', description, additionalProperties: values };
}

export function text(description: string, more: SchemaNode = {}): SchemaNode {
  return { type: 'string', description, ...more };
}

/** One of these words. */
export function word(description: string, words: readonly string[]): SchemaNode {
  return { type: 'string', description, enum: words };
}

export function whole(description: string, more: SchemaNode = {}): SchemaNode {
  return { type: 'integer', description, ...more };
}

export function flag(description: string): SchemaNode {
  return { type: 'boolean', description };
}

export function listOf(description: string, items: SchemaNode): SchemaNode {
  return { type: 'array', description, items };
}

/** Another component. */
export function ref(name: string): SchemaNode {
  return { $ref: `#/components/schemas/${name}` };
}

/** Another component, or null. */
export function orNull(name: string, description: string): SchemaNode {
  return { description, oneOf: [ref(name), { type: 'null' }] };
}

/** ISO time in UTC. */
export function time(description: string): SchemaNode {
  return { type: 'string', format: 'date-time', description };
}

export const NAMES = listOf('Names.', { type: 'string' });
