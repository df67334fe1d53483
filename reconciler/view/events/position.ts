/**
 * Places in the stream of events. An id is `<revision>-<n>-<key>` for the n-th event of a change of an object, so that every
 * copy of the view gives the same id to the same change; `<revision>-<type>-<…>` for what is recorded beside them; and
 * `<revision>` alone where everything up to there is known.
 */
export interface Position {
  /** Revision of the store up to which the reader has seen something. */
  at: number;
  /** Everything of that revision was seen. */
  whole: boolean;
}

const LONGEST_ID = 400;

/** The place that an id names; undefined: it is none of ours. */
export function readPosition(id: string): Position | undefined {
  if (id.length > LONGEST_ID) return undefined;
  const match = /^(\d{1,15})(-[\x21-\x7e]+)?$/.exec(id);
  if (!match) return undefined;
  return { at: Number(match[1]), whole: match[2] === undefined };
}

/** Id of the n-th event of one change. */
export function changeId(at: number, n: number, key: string): string {
  return `${at}-${n}-${key.replace(/[^\x21-\x7e]/g, '_')}`;
}

/** Id of what is no change of an object; `by` tells it from others of its type. */
export function recordedId(at: number, type: string, by: string): string {
  return `${at}-${type}-${by}`;
}
