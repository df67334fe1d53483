import { createHash } from 'node:crypto';

/** The oid that git gives to a file with this content (SHA-1, hex): tells whether a file changed without reading it. */
export function blobOid(content: string): string {
  const bytes = Buffer.from(content, 'utf8');
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}
