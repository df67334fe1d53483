import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { InvalidInput, messageOf } from '../model/errors.ts';
import { foreignFile, parseBody, parseHeader, type ExportHeader } from './export-format.ts';
import { keys } from './keys.ts';
import type { MetaRecord } from './records.ts';
import type { KeyValue } from './rewrite.ts';
import { MAX_BYTES } from './writes.ts';

/** An export file that was read to its end once and found to be whole. */
export interface CheckedExport {
  header: ExportHeader;
  /** The identity of the store that was exported. */
  meta: MetaRecord;
  /** Everything in it, `meta` included. */
  count: number;
  sha256: string;
}

/** No line is longer: a value has at most this, and its key and the punctuation are little. */
const MAX_LINE = MAX_BYTES + 4096;

/**
 * Reads an export file through and proves that it is whole, of this fleet, and of a format that this program knows. Throws
 * InvalidInput `EXPORT_FOREIGN`, `EXPORT_TOO_NEW`, `EXPORT_OTHER_FLEET`, `EXPORT_CUT`, `EXPORT_DAMAGED` or `FILE_UNREADABLE`.
 */
export async function checkExport(file: string, fleet: string, signal: AbortSignal): Promise<CheckedExport> {
  let meta: MetaRecord | undefined;
  const reading = readEntries(file, fleet, signal);
  for (;;) {
    const { value, done } = await reading.next();
    if (!done) {
      if (value.key === keys.meta) meta = value.value as unknown as MetaRecord;
      continue;
    }
    if (!isIdentity(meta) || meta.format !== value.header.format) {
      throw new InvalidInput(`${file} does not say which store it was written from.`, {
        code: 'EXPORT_DAMAGED',
        hint: 'Take another copy of it. Nothing was changed.',
      });
    }
    return { ...value, meta };
  }
}

/** The entries of a file that was checked. Throws InvalidInput `EXPORT_CHANGED` at its end when it is no longer that file. */
export async function* entriesOf(file: string, checked: CheckedExport, signal: AbortSignal): AsyncGenerator<KeyValue> {
  try {
    const { sha256 } = yield* readEntries(file, checked.header.fleet, signal);
    if (sha256 === checked.sha256) return;
  } catch (error) {
    signal.throwIfAborted();
    throw changed(file, error);
  }
  throw changed(file);
}

function changed(file: string, cause?: unknown): InvalidInput {
  return new InvalidInput(`${file} was changed while it was imported; the store is incomplete now.`, {
    code: 'EXPORT_CHANGED',
    hint: 'Import it again, or another file; until then nothing acts on the store.',
    cause,
  });
}

/** The entries, and once the end of the file has proved that it is whole, what it proves. */
async function* readEntries(
  file: string,
  fleet: string,
  signal: AbortSignal,
): AsyncGenerator<KeyValue, Omit<CheckedExport, 'meta'>> {
  const hash = createHash('sha256');
  let header: ExportHeader | undefined;
  let count = 0;
  let number = 0;
  for await (const line of readLines(file, signal)) {
    number += 1;
    if (header === undefined) header = parseHeader(file, line, fleet);
    else {
      const read = parseBody(file, line, number);
      if ('end' in read) {
        const sha256 = hash.digest('hex');
        if (read.sha256 !== sha256 || read.entries !== count) throw damaged(file);
        return { header, count, sha256 };
      }
      count += 1;
      yield read;
    }
    hash.update(`${line}\n`);
  }
  if (header === undefined) throw foreignFile(file);
  throw new InvalidInput(`${file} is cut off after ${count} entries: its last line is missing.`, {
    code: 'EXPORT_CUT',
    hint: 'Take another copy of it. Nothing was changed.',
  });
}

/** Whole lines, without their line feed; what stands behind the last line feed is left out. */
async function* readLines(file: string, signal: AbortSignal): AsyncGenerator<string> {
  let rest: Buffer[] = [];
  let length = 0;
  try {
    // Anything else may have no end, or wait for somebody who never writes.
    if (!(await stat(file)).isFile()) throw foreignFile(file);
    for await (const chunk of createReadStream(file, { signal }) as AsyncIterable<Buffer>) {
      let from = 0;
      for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
        yield Buffer.concat([...rest, chunk.subarray(from, at)]).toString('utf8');
        rest = [];
        length = 0;
        from = at + 1;
      }
      rest.push(chunk.subarray(from));
      length += chunk.length - from;
      if (length > MAX_LINE) throw foreignFile(file);
    }
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof InvalidInput) throw error;
    throw new InvalidInput(`${file} cannot be read: ${messageOf(error)}`, { code: 'FILE_UNREADABLE', cause: error });
  }
}

function isIdentity(meta: MetaRecord | undefined): meta is MetaRecord {
  return (
    typeof meta?.id === 'string' &&
    typeof meta.epoch === 'number' &&
    typeof meta.format === 'number' &&
    meta.incomplete === undefined &&
    meta.migrating === undefined
  );
}

function damaged(file: string): InvalidInput {
  return new InvalidInput(`${file} is damaged: what it holds is not what was written (its checksum differs).`, {
    code: 'EXPORT_DAMAGED',
    hint: 'Take another copy of it. Nothing was changed.',
  });
}
