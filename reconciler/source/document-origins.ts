import { Transient } from '../model/errors.ts';
import type { JsonObject } from '../model/json.ts';
import type { CommitInfo, ConfigHistory, ConfigSource } from './source.ts';

/** What is read of the repository to tell who made something. */
export type OriginSource = Pick<ConfigSource, 'diff' | 'parse'> & Pick<ConfigHistory, 'fileOrigin'>;

/** Which document, and where it stands at which commit. */
export interface DocumentPlace {
  kind: string;
  name: string;
  commit: string;
  /** From the repository's root. */
  file: string;
}

/** Files that are looked into for a document that stood elsewhere before. */
const MOST_FILES = 200;
/** Changes of the document's file that are followed. */
const MOST_CHANGES = 2000;

/**
 * The commits in which something became true of a document and has been so since, followed back from `place`, where it
 * is true: of a merge, that of each side on which it was true already, else the merge itself. The document is followed
 * into the file that it was moved from. Throws Transient `HISTORY_MISSING` where the history that says so is not here,
 * `DOCUMENT_DIFFERS` where it is not true at `place`.
 */
export async function documentOrigins(
  source: OriginSource,
  place: DocumentPlace,
  holds: (spec: JsonObject) => boolean,
  signal: AbortSignal,
): Promise<CommitInfo[]> {
  const origins: CommitInfo[] = [];
  const seen = new Set<string>();
  const ways = [{ commit: place.commit, file: place.file }];
  await requireTrue(source, place, holds, signal);
  for (let way = ways.pop(); way !== undefined; way = ways.pop()) {
    const { made, parents, cut } = await source.fileOrigin(way.commit, way.file, signal);
    const id = `${made.commit} ${way.file}`;
    if (seen.has(id)) continue;
    seen.add(id);
    if (seen.size > MOST_CHANGES) throw missing(place);
    let before = false;
    for (const parent of parents) {
      const there = await specIn(source, parent.oid, place, signal);
      const moved = there ? undefined : await fileBefore(source, made.commit, parent.commit, place, signal);
      const spec = there ?? moved?.spec;
      if (spec === undefined || !holds(spec)) continue;
      before = true;
      ways.push({ commit: parent.commit, file: moved?.file ?? way.file });
    }
    if (before) continue;
    if (cut) throw missing(place);
    origins.push(made);
  }
  return origins;
}

/** Its cluster may be held back: then it is an older document than the one at the commit. */
async function requireTrue(
  source: OriginSource,
  place: DocumentPlace,
  holds: (spec: JsonObject) => boolean,
  signal: AbortSignal,
): Promise<void> {
  const { oid } = await source.fileOrigin(place.commit, place.file, signal);
  const spec = await specIn(source, oid, place, signal);
  if (spec && holds(spec)) return;
  throw new Transient(`${place.kind}/${place.name} is another at ${place.commit.slice(0, 12)}.`, {
    code: 'DOCUMENT_DIFFERS',
    hint: 'Its cluster is held back: correct what is invalid there.',
  });
}

/** The document's spec in a file; undefined where it is not in it. */
async function specIn(
  source: OriginSource,
  oid: string | undefined,
  { kind, name }: DocumentPlace,
  signal: AbortSignal,
): Promise<JsonObject | undefined> {
  if (oid === undefined) return undefined;
  for await (const files of source.parse([oid], signal)) {
    for (const file of files) {
      const found = file.documents.find((document) => document.kind === kind && document.name === name);
      if (found) return found.spec;
    }
  }
  return undefined;
}

/** The file of the parent that holds the document, among those that the commit has changed or removed. */
async function fileBefore(
  source: OriginSource,
  commit: string,
  parent: string,
  place: DocumentPlace,
  signal: AbortSignal,
): Promise<{ file: string; spec: JsonObject } | undefined> {
  const { changed } = await source.diff(commit, parent, signal);
  for (const file of changed.slice(0, MOST_FILES)) {
    const spec = await specIn(source, file.oid, place, signal);
    if (spec) return { file: file.path, spec };
  }
  return undefined;
}

function missing({ kind, name }: DocumentPlace): Transient {
  return new Transient(`The history that says who changed ${kind}/${name} is not here.`, {
    code: 'HISTORY_MISSING',
    hint: 'The git server must give out the whole history of the config branch.',
  });
}
