import { shortDigest } from '../http/entity-tag.ts';
import { invalid } from './query.ts';

/** Longest cursor that is read, in characters. */
const LONGEST = 1000;

/**
 * Where the next page begins: after this key. Keys are sorted, so objects that come and go in between neither repeat others
 * nor hide them. `query`: what was asked for; a cursor goes on with that and nothing else.
 */
export function writeCursor(after: string, query: string): string {
  return Buffer.from(JSON.stringify([1, shortDigest(query), after])).toString('base64url');
}

/** Throws InvalidInput `BAD_CURSOR`. Undefined: from the beginning. */
export function readCursor(cursor: string | undefined, query: string): string | undefined {
  if (cursor === undefined) return undefined;
  const [version, digest, after] = parsed(cursor);
  if (version !== 1 || typeof after !== 'string' || typeof digest !== 'string') {
    throw invalid('BAD_CURSOR', 'The cursor is none that was given here.', 'Begin again without one.');
  }
  if (digest !== shortDigest(query)) {
    throw invalid(
      'BAD_CURSOR',
      'The cursor belongs to another selection.',
      'Keep kind, selector and field as they were, or begin again without a cursor.',
    );
  }
  return after;
}

function parsed(cursor: string): unknown[] {
  if (cursor.length > LONGEST || !/^[A-Za-z0-9_-]+$/.test(cursor)) return [];
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}
