import { digestOf } from '../../model/digest.ts';
import type { Metadata } from '../../model/resource.ts';

/** Digest of what a document says: kind, metadata and spec, not where it stands. */
export function documentDigest(kind: string, { name, labels, annotations }: Metadata, spec: unknown): string {
  return digestOf({ kind, metadata: { name, labels, annotations }, spec });
}
