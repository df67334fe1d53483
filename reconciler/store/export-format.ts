import { createHash } from 'node:crypto';
import { InvalidInput } from '../model/errors.ts';
import type { Json } from '../model/json.ts';
import { VERSION } from '../model/version.ts';
import { isInternalKey, keys, STORE_FORMAT } from './keys.ts';
import type { MetaRecord } from './records.ts';
import type { KeyValue } from './rewrite.ts';
import type { StateStore } from './state-store.ts';

/** Version of the layout of export files. A file with a higher one is refused. */
export const EXPORT_LAYOUT = 1;

/** First line of an export file: what it is, of which fleet, and in which format its values are. */
export interface ExportHeader {
  intendantStoreExport: number;
  fleet: string;
  /** Format of the values. */
  format: number;
  /** Version of the program that had written the store last. */
  version: string;
  /** ISO time. */
  exportedAt: string;
}

/** Last line of an export file: the proof that nothing is missing. */
export interface ExportEnd {
  end: true;
  /** Lines between the first and this one. */
  entries: number;
  /** Of all bytes before this line, hex. */
  sha256: string;
}

/**
 * The lines of an export file, each with its line feed, some at a time: the header, a line `{key, value}` for everything that
 * the store held at one moment, `meta` among them, and the end. Throws InvalidInput `STORE_MIGRATING` while the
 * format is being changed, and what reading throws.
 */
export async function* exportLines(
  store: StateStore,
  { fleet, meta, at }: { fleet: string; meta: MetaRecord; at: string },
  signal?: AbortSignal,
): AsyncGenerator<string> {
  const hash = createHash('sha256');
  const hashed = (text: string): string => (hash.update(text), text);
  const { format, version } = meta;
  const header: ExportHeader = { intendantStoreExport: EXPORT_LAYOUT, fleet, format, version, exportedAt: at };
  yield hashed(lineOf(header));
  let entries = 0;
  for await (const page of store.snapshot(signal)) {
    for (const { key, value } of page) if (key === keys.meta) refuseUnsteady(value as unknown as MetaRecord, meta);
    entries += page.length;
    yield hashed(page.map(({ key, value }) => lineOf({ key, value })).join(''));
  }
  const end: ExportEnd = { end: true, entries, sha256: hash.digest('hex') };
  yield lineOf(end);
}

/** The header in the first line of a file. Throws InvalidInput when this program cannot take it for this fleet. */
export function parseHeader(file: string, line: string, fleet: string): ExportHeader {
  const header = parseLine(line) as Partial<ExportHeader> | undefined;
  const layout = header?.intendantStoreExport;
  if (typeof layout !== 'number') throw foreignFile(file);
  const { version, format } = header!;
  if (layout > EXPORT_LAYOUT || (typeof format === 'number' && format > STORE_FORMAT)) {
    const [what, theirs, ours] =
      layout > EXPORT_LAYOUT ? ['layout', layout, EXPORT_LAYOUT] : ['store format', format, STORE_FORMAT];
    throw new InvalidInput(
      `${file} has ${what} ${theirs}, written by version ${String(version)}; this is version ${VERSION}, which reads up to ${what} ${ours}.`,
      { code: 'EXPORT_TOO_NEW', hint: `Import it with version ${String(version)} or newer.` },
    );
  }
  if (typeof format !== 'number' || typeof header!.fleet !== 'string') throw foreignFile(file);
  if (header!.fleet !== fleet) {
    throw new InvalidInput(
      `${file} holds the store of the fleet ${JSON.stringify(header!.fleet)}, and this one is ${JSON.stringify(fleet)}.`,
      { code: 'EXPORT_OTHER_FLEET', hint: 'Name the right file, or the right fleet in the configuration.' },
    );
  }
  return header as ExportHeader;
}

/** One line after the first: an entry, or the end. Throws InvalidInput `EXPORT_DAMAGED`. */
export function parseBody(file: string, line: string, number: number): KeyValue | ExportEnd {
  const parsed = parseLine(line);
  if (parsed?.end === true && typeof parsed.sha256 === 'string' && typeof parsed.entries === 'number') {
    return { end: true, entries: parsed.entries, sha256: parsed.sha256 };
  }
  const key = parsed?.key;
  if (typeof key !== 'string' || !/^[\x21-\x7e]{1,1024}$/.test(key) || isInternalKey(key) || !('value' in parsed!)) {
    throw new InvalidInput(`${file} is damaged: line ${number} is not an entry of a store.`, {
      code: 'EXPORT_DAMAGED',
      hint: 'Take another copy of it. Nothing was changed.',
    });
  }
  return { key, value: parsed.value };
}

/** A file that is not an export. */
export function foreignFile(file: string): InvalidInput {
  return new InvalidInput(`${file} was not written by "intendant store export".`, {
    code: 'EXPORT_FOREIGN',
    hint: 'Name a file that it has written. Nothing was changed.',
  });
}

/** Nothing was ever written to the store. */
export function storeEmpty(fleet: string): InvalidInput {
  return new InvalidInput(`The store of the fleet ${JSON.stringify(fleet)} is empty: there is nothing to export.`, {
    code: 'STORE_EMPTY',
    hint: 'Check the fleet name, the state folder and the store in the configuration.',
  });
}

function lineOf(value: object): string {
  return `${JSON.stringify(value)}\n`;
}

function parseLine(line: string): Record<string, Json> | undefined {
  try {
    const value = JSON.parse(line) as Json;
    return value !== null && typeof value === 'object' && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** What was found to be whole may have begun to change before the moment that is exported. */
function refuseUnsteady(now: MetaRecord, then: MetaRecord): void {
  if (now.incomplete === undefined && now.migrating === undefined && now.format === then.format) return;
  throw new InvalidInput('The store is being rewritten, or its format is being changed.', {
    code: 'STORE_MIGRATING',
    hint: 'Start the daemon, which ends a change of the format; then export it.',
  });
}
