import type { SchemaNode } from '../schema-node.ts';
import type { SchemaFile } from './read-schemas.ts';
import { refName } from './read-schemas.ts';
import { partsOf } from './reference-parts.ts';
import { templateVariables } from './reference-variables.ts';

/** Order of the reference; what is not named follows in the order of the files. */
const ORDER = [
  'fleet',
  'cluster',
  'host',
  'network',
  'container-manager',
  'host-profile',
  'operation',
  'operation-schedule',
  'daemon',
];

interface Row {
  field: string;
  node: SchemaNode;
  required: boolean;
}

/** The field reference: one table per kind, then the parts that several kinds share. */
export function generateReference(files: readonly SchemaFile[], definitions: ReadonlyMap<string, SchemaNode>): string {
  const shared = files.find(({ name }) => name === 'common')?.schema.$defs ?? {};
  const kinds = files.filter(({ name }) => name !== 'common').sort((a, b) => rank(a.name) - rank(b.name));
  const own = partsOf(kinds);
  const known = { ...shared, ...own };
  const sections = kinds.map(({ schema }) => kindSection(schema, definitions, known, own));
  const parts = Object.entries(shared)
    .filter(([, node]) => node.properties !== undefined)
    .map(
      ([name, node]) =>
        `### ${name}\n\n${node.description}\n\n${table(rowsOf(node, '', definitions, known), definitions, known)}`,
    );
  const words = Object.entries(known)
    .filter(([, node]) => node.properties === undefined)
    .map(([name, node]) => `| **${name}** | ${cell(node.description ?? '')} | ${examples(node)} |\n`);
  return `<!-- Generated from schema/*.schema.json by \`npm run generate\`. Do not edit. -->

# Fields of the config repository

Every \`*.yaml\` below the configured path holds one or more documents, and each document has this form:

\`\`\`yaml
# yaml-language-server: $schema=https://intendant.dev/schema/v1/host.schema.json
apiVersion: intendant/v1
kind: Host
metadata:
  name: web-1
  labels: { role: web }
spec:
  address: 10.20.0.11
  cluster: web
\`\`\`

A document is known by its kind and its name, not by its file. Fields marked \\* are required; a field marked → names an
object of another kind; one marked ~ may change once an operation has begun. Secrets never stand in a document: they
are named.

Kinds: ${kinds.map(({ schema }) => `[${schema.title}](#${slug(schema.title!)})`).join(', ')}.

${sections.join('\n')}
${templateVariables()}
## Shared parts

${parts.join('\n')}
### Forms of values

| form | meaning | examples |
|---|---|---|
${words.join('')}`;
}

function rank(name: string): number {
  const place = ORDER.indexOf(name);
  return place < 0 ? ORDER.length : place;
}

function kindSection(
  schema: SchemaNode,
  definitions: ReadonlyMap<string, SchemaNode>,
  shared: Record<string, SchemaNode>,
  own: Record<string, SchemaNode>,
): string {
  const title = schema.title!;
  const head = `## ${title}\n\n${schema.description}\n`;
  const spec = definitions.get(`${title}Spec`);
  if (!spec)
    return `${head}\n${table(rowsOf(resolve(schema, definitions), '', definitions, shared), definitions, shared)}`;
  const variants = spec.oneOf?.map((variant) => resolve(variant, definitions));
  const parts = Object.entries(schema.$defs ?? {})
    .filter(([name, node]) => name in own && node.properties !== undefined)
    .map(
      ([name, node]) =>
        `\n### ${name}\n\n${node.description}\n\n${table(rowsOf(node, '', definitions, shared), definitions, shared)}`,
    );
  if (!variants)
    return `${head}\n${table(rowsOf(spec, 'spec.', definitions, shared), definitions, shared)}${parts.join('')}`;
  const bodies = variants.map((variant) => {
    const tag = variant.properties?.[spec.discriminator!.propertyName]?.const as string;
    return `### ${title}: \`${tag}\`\n\n${variant.description}\n\n${table(rowsOf(variant, 'spec.', definitions, shared), definitions, shared)}`;
  });
  return `${head}\n${bodies.join('\n')}`;
}

/** The fields of an object, those of its own sub-objects included; shared parts are linked instead. */
function rowsOf(
  node: SchemaNode,
  prefix: string,
  definitions: ReadonlyMap<string, SchemaNode>,
  shared: Record<string, SchemaNode>,
): Row[] {
  const rows: Row[] = [];
  for (const [name, member] of Object.entries(node.properties ?? {})) {
    const full = resolve(member, definitions);
    const field = `${prefix}${name}`;
    rows.push({ field, node: member, required: node.required?.includes(name) ?? false });
    const isShared = member.$ref !== undefined && refName(member.$ref) in shared;
    if (!isShared && full.properties) rows.push(...rowsOf(full, `${field}.`, definitions, shared));
    const entries = typeof full.additionalProperties === 'object' ? full.additionalProperties : undefined;
    if (!isShared && entries) {
      rows.push(...rowsOf(resolve(entries, definitions), `${field}.<name>.`, definitions, shared));
    }
  }
  return rows;
}

function table(
  rows: readonly Row[],
  definitions: ReadonlyMap<string, SchemaNode>,
  known: Record<string, SchemaNode>,
): string {
  const lines = rows.map(({ field, node, required }) => {
    const full = resolve(node, definitions);
    const mark = `${required ? ' \\*' : ''}${full['x-intendant-mutable'] ? ' ~' : ''}`;
    const fallback = full.default === undefined || isEmpty(full.default) ? '' : code(full.default);
    return `| \`${field}\`${mark} | ${typeText(node, definitions, known)} | ${fallback} | ${cell(full.description ?? '')} | ${examples(full)} |\n`;
  });
  return `| field | type | default | meaning | example |\n|---|---|---|---|---|\n${lines.join('')}`;
}

function typeText(
  node: SchemaNode,
  definitions: ReadonlyMap<string, SchemaNode>,
  known: Record<string, SchemaNode>,
): string {
  const full = resolve(node, definitions);
  if (full['x-intendant-ref']) return `→ [${full['x-intendant-ref']}](#${slug(full['x-intendant-ref'])})`;
  if (full.enum) return full.enum.map((value) => code(value)).join(', ');
  if (full.const !== undefined) return code(full.const);
  const name = node.$ref === undefined ? undefined : refName(node.$ref);
  if (name?.endsWith('Spec') && full.oneOf) return `[${name.slice(0, -4)}](#${slug(name.slice(0, -4))})`;
  if (name !== undefined && full.properties) return name in known ? `[${name}](#${slug(name)})` : 'object';
  if (name !== undefined && !full.properties) return `[${name}](#forms-of-values)`;
  if (full.type === 'array') return `list of ${typeText(full.items ?? {}, definitions, known)}`;
  if (full.type === 'object' && typeof full.additionalProperties === 'object') return 'map';
  return Array.isArray(full.type)
    ? full.type.map((type) => (type === 'array' ? 'list' : String(type))).join(' or ')
    : String(full.type ?? 'any');
}

/** A node with the definition that it refers to laid under it. */
function resolve(node: SchemaNode, definitions: ReadonlyMap<string, SchemaNode>): SchemaNode {
  if (node.$ref === undefined) return node;
  return { ...resolve(definitions.get(refName(node.$ref)) ?? {}, definitions), ...node };
}

function examples(node: SchemaNode): string {
  return (node.examples ?? []).map((example) => code(example)).join(', ');
}

function code(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return `\`${cell(text.replaceAll('\n', '⏎'))}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

function slug(title: string): string {
  return title.toLowerCase().replaceAll(' ', '-');
}
