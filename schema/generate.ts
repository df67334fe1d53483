/* Writes what is derived from `*.schema.json`; with `--check`, exits 1 and names each file that is out of date. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateReference } from './generator/reference.ts';
import { collectDefinitions, readSchemas } from './generator/read-schemas.ts';
import { generateSchemas } from './generator/schemas.ts';
import { generateValidators } from './generator/validators.ts';
import { generateTypes } from './generator/types.ts';

/** Schemas that are no kind of the config repository. */
const NOT_KINDS = new Set(['common', 'daemon']);

/** Path below `schema/` to content, of every generated file. */
export async function generateAll(folder: string): Promise<Map<string, string>> {
  const files = readSchemas(folder);
  const definitions = collectDefinitions(files);
  const kinds = files.filter(({ name }) => !NOT_KINDS.has(name)).map(({ schema }) => schema.title!);
  return new Map([
    ['generated/types.ts', await generateTypes(definitions, kinds)],
    ['generated/schemas.ts', generateSchemas(files)],
    ['generated/validators.ts', generateValidators(files)],
    ['README.md', generateReference(files, definitions)],
  ]);
}

async function main(check: boolean): Promise<number> {
  const folder = dirname(fileURLToPath(import.meta.url));
  let stale = 0;
  for (const [path, content] of await generateAll(folder)) {
    const file = `${folder}/${path}`;
    if (readOrEmpty(file) === content) continue;
    stale++;
    if (check) {
      process.stderr.write(`schema/${path} is out of date: run \`npm run generate\` and commit the result\n`);
      continue;
    }
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    process.stdout.write(`wrote schema/${path}\n`);
  }
  return check && stale > 0 ? 1 : 0;
}

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await main(process.argv.includes('--check'));
