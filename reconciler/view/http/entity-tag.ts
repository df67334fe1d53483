import { createHash } from 'node:crypto';

/** A weak entity tag (with its quotes) made of parts that change when what they stand for changes. */
export function entityTag(...parts: readonly (string | number)[]): string {
  return `W/"${parts.join('.')}"`;
}

/** A short digest of a text, for the parts of an entity tag. */
export function shortDigest(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 16);
}

/** Longest `If-None-Match` that is looked at, in characters. */
const LONGEST = 4000;

/** Whether the client says that it holds what this tag stands for, by the weak comparison of RFC 9110. */
export function holdsTag(ifNoneMatch: string | undefined, tag: string): boolean {
  if (ifNoneMatch === undefined || ifNoneMatch.length > LONGEST) return false;
  if (ifNoneMatch.trim() === '*') return true;
  const opaque = tag.replace(/^W\//, '');
  return [...ifNoneMatch.matchAll(/(?:W\/)?("[^"]*")/g)].some(([, given]) => given === opaque);
}
