/** A file's content by its blob oid. */
export interface Blob {
  oid: string;
  bytes: Uint8Array;
}

/** A parsed file as it crosses threads and goes to the cache: JSON is cheaper to take in than a cloned object. */
export interface ParsedEntry {
  oid: string;
  json: string;
}

/** To a parse worker. Blobs lie end to end in one buffer, which is handed over, not copied. */
export type ToWorker =
  | { type: 'parse'; oids: string[]; lengths: number[]; content: ArrayBuffer }
  /** Asks for the next message of results: nothing comes unasked, so the main thread is never flooded. */
  | { type: 'pull' };

/** From a parse worker, one for each `pull`. */
export interface FromWorker {
  entries: ParsedEntry[];
  /** True with the last message of a batch. */
  done: boolean;
}

/** Most documents of one message; a single file with more goes alone. */
export const DOCUMENTS_PER_MESSAGE = 200;

/** Blobs end to end, for `parse`. */
export function packBlobs(blobs: readonly Blob[]): ToWorker & { type: 'parse' } {
  const content = new Uint8Array(blobs.reduce((sum, { bytes }) => sum + bytes.length, 0));
  let at = 0;
  for (const { bytes } of blobs) {
    content.set(bytes, at);
    at += bytes.length;
  }
  return {
    type: 'parse',
    oids: blobs.map(({ oid }) => oid),
    lengths: blobs.map(({ bytes }) => bytes.length),
    content: content.buffer,
  };
}
