import { readFileSync, readdirSync } from 'node:fs';
import { basename } from 'node:path';
import type { SchemaNode } from '../schema-node.ts';

/** A schema file as it stands on disk. */
export interface SchemaFile {
  /** File name without its ending: `container-manager`. */
  name: string;
  schema: SchemaNode;
}

/** All `*.schema.json` of a folder, sorted by name. */
export function readSchemas(folder: string): SchemaFile[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.schema.json'))
    .sort()
    .map((file) => ({
      name: basename(file, '.schema.json'),
      schema: JSON.parse(readFileSync(`${folder}/${file}`, 'utf8')) as SchemaNode,
    }));
}

/** The `$defs` of all files in one map; their names are unique across files, so that types can be named after them. */
export function collectDefinitions(files: readonly SchemaFile[]): Map<string, SchemaNode> {
  const all = new Map<string, SchemaNode>();
  for (const { name: file, schema } of files) {
    for (const [name, definition] of Object.entries(schema.$defs ?? {})) {
      if (all.has(name)) throw new Error(`${file}.schema.json defines "${name}" a second time`);
      all.set(name, definition);
    }
  }
  return all;
}

/** The last part of a `$ref`: `Connection` of `common.schema.json#/$defs/Connection`. */
export function refName(ref: string): string {
  return ref.slice(ref.lastIndexOf('/') + 1);
}
