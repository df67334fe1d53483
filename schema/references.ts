import type { Json } from '../reconciler/model/json.ts';
import { pointerSegment } from './finding.ts';
import { kindDefinition } from './registry.ts';
import { resolveRef } from './resolve-ref.ts';
import type { SchemaNode } from './schema-node.ts';

/** A field that names another object. */
export interface Reference {
  /** JSON pointer of the field in the document: `/spec/cluster`. */
  pointer: string;
  /** The kind that it names an object of. */
  kind: string;
  name: string;
  /** The named cluster is the one that the document belongs to. */
  owner: boolean;
}

interface Rule {
  /** Segments below the document; `*` stands for every entry of a list or map. */
  path: readonly string[];
  kind: string;
  owner: boolean;
}

const rulesBySchema = new WeakMap<SchemaNode, readonly Rule[]>();

/**
 * The references of a document, read from its kind's annotations `x-intendant-ref`. Fields of another type than text
 * are passed over, so it also serves documents that failed validation. Unknown kinds have none.
 */
export function referencesOf(kind: string, spec: Json): Reference[] {
  const found: Reference[] = [];
  for (const rule of rulesOf(kind)) collect(rule, 1, spec, '/spec', found);
  return found;
}

/** Whether documents of this kind can say to which cluster they belong. */
export function hasOwnerField(kind: string): boolean {
  return rulesOf(kind).some(({ owner }) => owner);
}

function rulesOf(kind: string): readonly Rule[] {
  const schema = kindDefinition(kind)?.schema;
  if (!schema) return [];
  let rules = rulesBySchema.get(schema);
  if (!rules) {
    rules = uniqueRules(findRules(schema, schema, []));
    rulesBySchema.set(schema, rules);
  }
  return rules;
}

function findRules(raw: SchemaNode, home: SchemaNode, path: readonly string[]): Rule[] {
  const { node, root } = resolveRef(raw, home);
  const target = node['x-intendant-ref'];
  if (target !== undefined) return [{ path, kind: target, owner: node['x-intendant-owner'] === true }];
  const rules: Rule[] = [];
  for (const [name, member] of Object.entries(node.properties ?? {}))
    rules.push(...findRules(member, root, [...path, name]));
  for (const variant of node.oneOf ?? []) rules.push(...findRules(variant, root, path));
  if (node.items) rules.push(...findRules(node.items, root, [...path, '*']));
  if (typeof node.additionalProperties === 'object')
    rules.push(...findRules(node.additionalProperties, root, [...path, '*']));
  return rules;
}

/** Variants of one kind share most fields: each rule once. */
function uniqueRules(rules: readonly Rule[]): Rule[] {
  return [...new Map(rules.map((rule) => [rule.path.join('/'), rule])).values()];
}

function collect(rule: Rule, depth: number, value: Json | undefined, pointer: string, found: Reference[]): void {
  if (value === undefined || value === null) return;
  const segment = rule.path[depth];
  if (segment === undefined) {
    if (typeof value === 'string') found.push({ pointer, kind: rule.kind, name: value, owner: rule.owner });
    return;
  }
  if (typeof value !== 'object') return;
  if (segment !== '*') {
    if (Array.isArray(value) || !Object.hasOwn(value, segment)) return;
    return collect(rule, depth + 1, value[segment], `${pointer}/${pointerSegment(segment)}`, found);
  }
  for (const [name, member] of Object.entries(value)) {
    collect(rule, depth + 1, member, `${pointer}/${pointerSegment(name)}`, found);
  }
}
