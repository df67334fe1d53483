import { parseFile } from '../../reconciler/source/documents/parse-file.ts';
import type {
  InventoryBuilder,
  InventoryChange,
  InventoryResult,
} from '../../reconciler/source/inventory/inventory-builder.ts';
import { blobOid } from '../../reconciler/source/inventory/read-directory.ts';
import type { FileEntry, ParsedFile } from '../../reconciler/source/source.ts';

/** Files by path: the YAML, or null for one that is removed. */
export type Files = Record<string, string | null>;

/** Advances a builder by these files, as a commit that changed them. */
export function commitFiles(builder: InventoryBuilder, commit: string, files: Files): InventoryResult {
  return builder.advance(changeOf(commit, files));
}

/** These files as a commit that changed them. */
export function changeOf(commit: string, files: Files): InventoryChange {
  const changed: FileEntry[] = [];
  const removed: string[] = [];
  const parsed = new Map<string, ParsedFile>();
  for (const [path, text] of Object.entries(files)) {
    if (text === null) {
      removed.push(path);
      continue;
    }
    const bytes = Buffer.from(text);
    const oid = blobOid(bytes);
    changed.push({ path, oid });
    parsed.set(oid, parseOnce(oid, bytes));
  }
  return { commit, changed, removed, parsed, diagnostics: [] };
}

const known = new Map<string, ParsedFile>();

/** Histories repeat the same few files: parsed once, as the cache does. */
function parseOnce(oid: string, bytes: Buffer): ParsedFile {
  const file = known.get(oid) ?? parseFile(oid, bytes);
  known.set(oid, file);
  return file;
}

/** One document as YAML (JSON is YAML). */
export function documentOf(kind: string, name: string, spec: object, labels?: Record<string, string>): string {
  return `${JSON.stringify({ apiVersion: 'intendant/v1', kind, metadata: { name, ...(labels && { labels }) }, spec })}\n`;
}
