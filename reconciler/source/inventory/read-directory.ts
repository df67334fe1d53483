import { hash } from 'node:crypto';
import type { Dirent } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { constants } from 'node:fs';
import type { Diagnostic } from '../../model/diagnostic.ts';
import { LIMITS } from '../documents/limits.ts';
import type { Blob } from '../documents/parse-messages.ts';
import type { FileEntry } from '../source.ts';

export interface DirectoryContent {
  /** Paths relative to the folder, with `/`, sorted. */
  files: FileEntry[];
  /** The content of each file, once per oid. */
  blobs: Blob[];
  /** Entries that were refused. */
  diagnostics: Diagnostic[];
}

/** Folders inside one another; a repository beyond that is not one of ours. */
const MOST_LEVELS = 32;
/** Files of one repository. */
const MOST_FILES = 100_000;

/**
 * The YAML files below a working folder, as git would have them: with blob oids, so that the cache of parsed documents
 * knows them. Never follows a symbolic link, never reads outside the folder, and never opens what is no plain file.
 */
export async function readDirectory(folder: string, signal: AbortSignal): Promise<DirectoryContent> {
  const content: DirectoryContent = { files: [], blobs: [], diagnostics: [] };
  await walk(folder, '', 0, content, signal);
  const unique = new Map(content.blobs.map((blob) => [blob.oid, blob]));
  return { ...content, files: content.files.sort((a, b) => (a.path < b.path ? -1 : 1)), blobs: [...unique.values()] };
}

async function walk(
  root: string,
  below: string,
  level: number,
  content: DirectoryContent,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  if (level > MOST_LEVELS)
    return refuse(content, below, 'too-deep', `folders more than ${MOST_LEVELS} deep are not read`);
  const entries = await readdir(`${root}/${below}`, { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name === '.git') continue;
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) await walk(root, path, level + 1, content, signal);
    else await take(root, path, entry, content);
  }
}

async function take(root: string, path: string, entry: Dirent, content: DirectoryContent): Promise<void> {
  if (!path.endsWith('.yaml')) return;
  if (entry.isSymbolicLink())
    return refuse(content, path, 'symlink', 'symbolic links are not read: put the file itself here');
  if (!entry.isFile()) return refuse(content, path, 'not-a-file', 'this is no plain file');
  if (content.files.length >= MOST_FILES)
    return refuse(content, path, 'too-many-files', `more than ${MOST_FILES} files`);
  const bytes = await readPlainFile(`${root}/${path}`);
  if (!bytes) return refuse(content, path, 'file-too-large', `the file is larger than ${LIMITS.fileBytes} bytes`);
  const oid = blobOid(bytes);
  content.files.push({ path, oid });
  content.blobs.push({ oid, bytes });
}

/** The file's bytes, undefined when there are too many. O_NOFOLLOW: the entry may have become a link since it was listed. */
async function readPlainFile(path: string): Promise<Buffer | undefined> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    if ((await file.stat()).size > LIMITS.fileBytes) return undefined;
    const bytes = await file.readFile();
    return bytes.length > LIMITS.fileBytes ? undefined : bytes;
  } finally {
    await file.close();
  }
}

/** The id that git gives a blob of these bytes. */
export function blobOid(bytes: Uint8Array): string {
  return hash('sha1', Buffer.concat([Buffer.from(`blob ${bytes.length}\0`), bytes]), 'hex');
}

function refuse(content: DirectoryContent, file: string, code: string, message: string): void {
  content.diagnostics.push({ severity: 'error', code, message, file, line: 1, column: 1 });
}
