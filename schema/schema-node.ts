import type { Json } from '../reconciler/model/json.ts';

/** The part of JSON Schema 2020-12 that our schemas use, and our own annotations. */
export interface SchemaNode {
  $schema?: string;
  $id?: string;
  $ref?: string;
  $defs?: Record<string, SchemaNode>;
  title?: string;
  description?: string;
  examples?: readonly Json[];
  default?: Json;
  type?: string | readonly string[];
  const?: Json;
  enum?: readonly Json[];
  pattern?: string;
  format?: string;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  uniqueItems?: boolean;
  minProperties?: number;
  maxProperties?: number;
  required?: readonly string[];
  properties?: Record<string, SchemaNode>;
  additionalProperties?: boolean | SchemaNode;
  propertyNames?: SchemaNode;
  items?: SchemaNode;
  contains?: SchemaNode;
  oneOf?: readonly SchemaNode[];
  discriminator?: { propertyName: string };
  if?: SchemaNode;
  then?: SchemaNode;
  /** The kind that the text names an object of. */
  'x-intendant-ref'?: string;
  /** The field names the cluster that the document belongs to. */
  'x-intendant-owner'?: boolean;
  /** The field may change once the operation has begun. */
  'x-intendant-mutable'?: boolean;
  /** The default is taken only where no outer object (Cluster, Fleet) says otherwise. */
  'x-intendant-inherited'?: boolean;
  /** The form of the text, after "must be": `a duration such as 30s`. */
  'x-intendant-form'?: string;
  /** Messages do not repeat what was found: a secret may stand there by mistake. */
  'x-intendant-quiet'?: boolean;
}
