import type { SchemaFile } from './read-schemas.ts';

/** The schemas as a constant, so that no file is read at run time. */
export function generateSchemas(files: readonly SchemaFile[]): string {
  const members = files
    .map(
      ({ name, schema }) => `  ${JSON.stringify(name)}: ${JSON.stringify(schema, null, 2).replaceAll('\n', '\n  ')},\n`,
    )
    .join('');
  return `// Generated from schema/*.schema.json by \`npm run generate\`. Do not edit.
import type { SchemaNode } from '../schema-node.ts';

export const SCHEMAS: Record<${files.map(({ name }) => `'${name}'`).join(' | ')}, SchemaNode> = {\n${members}};\n`;
}
