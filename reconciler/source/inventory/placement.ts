import type { Diagnostic } from '../../model/diagnostic.ts';
import type { Resource, ResourceKey } from '../../model/resource.ts';
import { keyOf } from '../../model/resource.ts';
import type { ParsedDocument, ParsedFile } from '../source.ts';

/** A document at its place in the repository. */
export interface Placement {
  key: ResourceKey;
  path: string;
  document: ParsedDocument;
  /** The document as a resource, valid or not. */
  resource: Resource;
}

/** A file of the repository with what was read from it. */
export interface PlacedFile {
  path: string;
  oid: string;
  placements: Placement[];
  /** With the file's path filled in. */
  diagnostics: Diagnostic[];
}

export function placeFile(path: string, oid: string, parsed: ParsedFile): PlacedFile {
  return {
    path,
    oid,
    placements: parsed.documents.map((document) => placeDocument(path, oid, document)),
    diagnostics: parsed.diagnostics.map((diagnostic) => ({ ...diagnostic, file: path })),
  };
}

function placeDocument(path: string, oid: string, document: ParsedDocument): Placement {
  const { apiVersion, kind, name, labels, annotations, spec, line, digest } = document;
  const metadata = { name, ...(labels && { labels }), ...(annotations && { annotations }) };
  const resource: Resource = { apiVersion, kind, metadata, spec, origin: { oid, file: path, line }, digest };
  return { key: keyOf(kind, name), path, document, resource };
}
