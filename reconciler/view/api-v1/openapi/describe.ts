import type { SchemaNode } from '../../../../schema/schema-node.ts';
import { ref } from '../schemas/parts.ts';

/** The part of OpenAPI 3.1 that is used here. */
export interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  description: string;
  required?: boolean;
  schema: SchemaNode;
}

export interface Answer {
  description: string;
  headers?: Record<string, { description: string; schema: SchemaNode }>;
  content?: Record<string, { schema: SchemaNode }>;
}

export interface Operation {
  operationId: string;
  summary: string;
  tags: string[];
  parameters: Parameter[];
  responses: Record<string, Answer | { $ref: string }>;
}

export type Paths = Record<string, { get: Operation }>;

/** A parameter of the path. */
export function inPath(name: string, description: string): Parameter {
  return { name, in: 'path', required: true, description, schema: { type: 'string' } };
}

/** A parameter of the query. */
export function inQuery(name: string, description: string, schema: SchemaNode = { type: 'string' }): Parameter {
  return { name, in: 'query', description, schema };
}

/** An answer in JSON. */
export function jsonAnswer(description: string, component: string, headers?: Answer['headers']): Answer {
  return { description, ...(headers && { headers }), content: { 'application/json': { schema: ref(component) } } };
}

/** An answer that all operations share. */
export function shared(name: string): { $ref: string } {
  return { $ref: `#/components/responses/${name}` };
}

/** What every path of ours may say: sign in, you may not, not so often, not now. */
export const DENIALS: Operation['responses'] = {
  401: shared('Unknown'),
  403: shared('Problem'),
  429: shared('Later'),
  503: shared('Later'),
};

/** `/cluster/{name}/hosts` → `clusterNameHosts`. */
export function idOf(prefix: string, path: string): string {
  const words = path.split(/[^A-Za-z0-9]+/).filter((word) => word !== '');
  return `${prefix}${words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join('')}`;
}
