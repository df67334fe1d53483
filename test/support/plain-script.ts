import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import typescript from 'typescript';

const compiled = new Map<string, string>();
const compilerOptions = {
  module: typescript.ModuleKind.ESNext,
  target: typescript.ScriptTarget.ES2022,
  rewriteRelativeImportExtensions: true,
};

/**
 * TypeScript files of one folder as plain JavaScript in a folder of their own, made once per process; gives the path of the
 * first. A child that runs it needs no loader, which would double the time of each start and change what is measured. The
 * files may import one another, packages by `import type` only, and the rooms from `dist/` at run time.
 */
export function plainScript(folder: string, names: readonly [string, ...string[]]): string {
  const id = join(folder, names[0]);
  const known = compiled.get(id);
  if (known !== undefined) return known;
  const made = mkdtempSync(join(tmpdir(), `${basename(names[0])}-`));
  process.once('exit', () => rmSync(made, { recursive: true, force: true }));
  writeFileSync(join(made, 'package.json'), '{"type":"module"}');
  for (const name of names) {
    const source = readFileSync(join(folder, `${name}.ts`), 'utf8');
    writeFileSync(join(made, `${name}.js`), typescript.transpileModule(source, { compilerOptions }).outputText);
  }
  const entry = join(made, `${names[0]}.js`);
  compiled.set(id, entry);
  return entry;
}
