import type { Change } from '../../model/plan.ts';
import { keyOf, type ResourceKey } from '../../model/resource.ts';
import type { ParsedFile } from '../../source/source.ts';
import { changeBetween, type ReviewedDocument } from '../review.ts';
import { parseAll, type ViewSource } from './view-source.ts';

/** A commit that touches more files is not looked into: it moved the whole repository. */
const MOST_FILES = 1000;
/** Changes that are told of one commit. */
const MOST_CHANGES = 500;

/**
 * What one commit changed against its parent (undefined: it is the first), document by document, sorted by key. Undefined when it
 * is too large to be told. Throws when the clone has one of the two not.
 */
export async function changesOfCommit(
  source: ViewSource,
  parent: string | undefined,
  commit: string,
  signal: AbortSignal,
): Promise<Change[] | undefined> {
  const forth = await source.diff(parent, commit, signal);
  const back = parent === undefined ? undefined : await source.diff(commit, parent, signal);
  const oids = [...forth.changed, ...(back?.changed ?? [])].map(({ oid }) => oid);
  if (oids.length > MOST_FILES) return undefined;
  const parsed = await parseAll(source, oids, signal);
  const after = documentsOf(forth.changed, parsed);
  const before = documentsOf(back?.changed ?? [], parsed);
  const changes: Change[] = [];
  for (const key of [...new Set([...before.keys(), ...after.keys()])].sort()) {
    const change = changeBetween(key, before.get(key), after.get(key));
    if (change) changes.push(change);
    if (changes.length === MOST_CHANGES) break;
  }
  return changes;
}

/** Documents that cannot be read for what they are stand nowhere; those with mistakes do, as they are. */
function documentsOf(
  files: readonly { oid: string }[],
  parsed: ReadonlyMap<string, ParsedFile>,
): Map<ResourceKey, ReviewedDocument> {
  const found = new Map<ResourceKey, ReviewedDocument>();
  for (const { oid } of files) {
    for (const { kind, name, labels, annotations, spec, digest } of parsed.get(oid)?.documents ?? []) {
      const metadata = { name, ...(labels && { labels }), ...(annotations && { annotations }) };
      found.set(keyOf(kind, name), { kind, metadata, spec, digest });
    }
  }
  return found;
}
