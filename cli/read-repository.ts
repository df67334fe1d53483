import { stat } from 'node:fs/promises';
import { dirname, relative, sep } from 'node:path';
import type { Diagnostic } from '../reconciler/model/diagnostic.ts';
import { systemClock } from '../reconciler/model/clock.ts';
import { InvalidInput } from '../reconciler/model/errors.ts';
import type { Inventory } from '../reconciler/model/resource.ts';
import { KIND_CHECKS } from '../reconciler/kinds/checks.ts';
import { DocumentParser } from '../reconciler/source/documents/document-parser.ts';
import { InventoryBuilder } from '../reconciler/source/inventory/inventory-builder.ts';
import { readDirectory, type DirectoryContent } from '../reconciler/source/inventory/read-directory.ts';
import type { ParsedFile } from '../reconciler/source/source.ts';
import { findClone, LocalClone } from './local-clone.ts';

/** A config repository as it lies in a folder. */
export interface WorkingRepository {
  /** What is valid of it. */
  inventory: Inventory;
  diagnostics: Diagnostic[];
  files: number;
  documents: number;
}

/**
 * Reads and judges the YAML files below a folder, as the daemon would those of a commit. `isFinished` says which
 * operations have come to their end. Throws InvalidInput `NOT_A_FOLDER`.
 */
export async function readRepository(
  folder: string,
  signal: AbortSignal,
  isFinished: (operation: string) => boolean = () => false,
): Promise<WorkingRepository> {
  await requireFolder(folder);
  const { files, blobs, diagnostics } = await readDirectory(folder, signal);
  return judge('working-copy', { files, blobs, diagnostics }, signal, isFinished);
}

/**
 * The repository as it was at a commit, read from the clone that `folder` lies in; undefined when it lies in none, or the
 * clone does not have the commit.
 */
export async function readRepositoryAt(
  folder: string,
  commit: string,
  signal: AbortSignal,
): Promise<WorkingRepository | undefined> {
  const gitdir = await findClone(folder);
  if (gitdir === undefined) return undefined;
  const clone = new LocalClone(gitdir);
  const below = relative(dirname(gitdir), folder).replaceAll(sep, '/');
  const prefix = below === '' ? '' : `${below}/`;
  const listed = await clone.list(commit).catch(() => undefined);
  if (listed === undefined) return undefined;
  const paths = [...listed.keys()].filter((path) => path.startsWith(prefix) && path.endsWith('.yaml')).sort();
  const texts = await clone.read(commit, paths);
  const files = paths.map((path) => ({ path: path.slice(prefix.length), oid: listed.get(path)! }));
  const blobs = paths.map((path) => ({ oid: listed.get(path)!, bytes: Buffer.from(texts.get(path) ?? '') }));
  return judge(commit, { files, blobs, diagnostics: [] }, signal, () => false);
}

async function judge(
  commit: string,
  { files, blobs, diagnostics }: DirectoryContent,
  signal: AbortSignal,
  isFinished: (operation: string) => boolean,
): Promise<WorkingRepository> {
  const parser = new DocumentParser({ clock: systemClock });
  const parsed = new Map<string, ParsedFile>();
  try {
    for await (const some of parser.parse(inPages(blobs), signal)) for (const file of some) parsed.set(file.oid, file);
  } finally {
    await parser.close();
  }
  const builder = new InventoryBuilder({ isFinished, checks: KIND_CHECKS });
  const result = builder.advance({ commit, changed: files, removed: [], parsed, diagnostics });
  const documents = files.reduce((sum, { oid }) => sum + (parsed.get(oid)?.documents.length ?? 0), 0);
  return { inventory: result.inventory, diagnostics: result.diagnostics, files: files.length, documents };
}

async function requireFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch(() => undefined);
  if (found?.isDirectory()) return;
  throw new InvalidInput(found ? `${folder} is a file.` : `There is no folder ${folder}.`, {
    code: 'NOT_A_FOLDER',
    hint: 'Name the folder of the config repository.',
  });
}

async function* inPages<Item>(items: readonly Item[]): AsyncGenerator<readonly Item[]> {
  for (let from = 0; from < items.length; from += 200) yield items.slice(from, from + 200);
}
