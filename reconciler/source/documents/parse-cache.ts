import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { schemaDigest } from '../../../schema/registry.ts';
import type { Clock } from '../../model/clock.ts';
import type { ParsedFile } from '../source.ts';
import type { CacheLine } from './cache-entry.ts';
import { decodeFile, decodeLine, encodeLine, oidOfLine } from './cache-entry.ts';
import { PARSER_VERSION } from './limits.ts';

const DAY_MS = 86_400_000;
const SEGMENT = /^[0-9a-f-]{36}\.lines$/;
/** Above this many segments they are made one. */
const MOST_SEGMENTS = 64;
/** Entries that nobody asked for in this many days are dropped when segments are made one. */
const KEEP_DAYS = 30;
/** Files decoded before the event loop gets its turn. */
const FILES_PER_TURN = 200;

/**
 * Parsed files on disk, by blob oid. The folder is named after the schemas and the parser, so entries of others are
 * never seen. Segments are written beside their place and renamed, never changed, and read without a lock: another
 * process may read, write or delete the folder at any time. What cannot be read is as good as absent.
 */
export class ParseCache {
  readonly #root: string;
  readonly #folder: string;
  readonly #clock: Clock;
  /** oid to the segment that holds it; undefined until the folder was first listed. */
  #index: Map<string, string> | undefined;
  /** Oids that this process asked for or wrote. */
  readonly #used = new Set<string>();

  constructor(root: string, clock: Clock) {
    this.#root = root;
    this.#folder = `${root}/${schemaDigest()}-${PARSER_VERSION}`;
    this.#clock = clock;
  }

  /** What is known of these blobs, at most 200 files at a time; the others are left out. */
  async *lookup(oids: readonly string[], signal: AbortSignal): AsyncGenerator<ParsedFile[]> {
    const wanted = new Set(oids);
    // The first listing reads every segment: what it read serves this call, and is not kept in memory.
    const fresh = this.#index === undefined;
    const index = (this.#index ??= new Map<string, string>());
    const segments = fresh ? await this.#segments() : segmentsOf(wanted, index);
    for (const segment of segments) {
      signal.throwIfAborted();
      const found: ParsedFile[] = [];
      for (const line of linesOf(await this.#read(segment))) {
        const oid = oidOfLine(line);
        if (oid === undefined) continue;
        if (fresh) index.set(oid, segment);
        if (!wanted.has(oid)) continue;
        const entry = decodeLine(line);
        const file = entry && decodeFile(oid, entry.json);
        if (!file) continue;
        wanted.delete(oid);
        this.#used.add(oid);
        found.push(file);
        if (found.length >= FILES_PER_TURN) {
          yield found.splice(0);
          await nextTurn();
        }
      }
      if (found.length > 0) yield found;
    }
  }

  /** Adds entries (the JSON of parsed files) as one segment. */
  async store(entries: readonly { oid: string; json: string }[]): Promise<void> {
    if (entries.length === 0) return;
    const day = this.#today();
    const lines: string[] = [];
    for (const { oid, json } of entries) {
      if (lines.length % FILES_PER_TURN === FILES_PER_TURN - 1) await nextTurn();
      lines.push(encodeLine({ oid, day, json }));
    }
    const segment = await this.#write(lines);
    for (const { oid } of entries) {
      this.#used.add(oid);
      this.#index?.set(oid, segment);
    }
    const segments = await this.#segments();
    if (segments.length > MOST_SEGMENTS) await this.#compact(segments);
  }

  /** One segment of what all segments hold, without repetitions and without what was not used for long. */
  async #compact(segments: readonly string[]): Promise<void> {
    const oldest = this.#today() - KEEP_DAYS;
    const kept = new Map<string, CacheLine>();
    for (const segment of segments) {
      for (const line of linesOf(await this.#read(segment))) {
        const entry = decodeLine(line);
        if (!entry) continue;
        const day = this.#used.has(entry.oid) ? this.#today() : Math.max(entry.day, kept.get(entry.oid)?.day ?? 0);
        if (day >= oldest) kept.set(entry.oid, { ...entry, day });
      }
      await nextTurn();
    }
    const merged = await this.#write([...kept.values()].map(encodeLine));
    this.#index = new Map([...kept.keys()].map((oid) => [oid, merged]));
    for (const segment of segments) await rm(`${this.#folder}/${segment}`, { force: true });
    await this.#removeOldVersions();
  }

  /** Folders of other schemas and parsers that nobody has written to for long. */
  async #removeOldVersions(): Promise<void> {
    for (const name of await list(this.#root)) {
      const folder = `${this.#root}/${name}`;
      if (folder === this.#folder || !/^[0-9a-f]{32}-[0-9]+$/.test(name)) continue;
      const age = this.#clock.now() - (await stat(folder)).mtimeMs;
      if (age > KEEP_DAYS * DAY_MS) await rm(folder, { recursive: true, force: true });
    }
  }

  async #write(lines: readonly string[]): Promise<string> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const id = randomUUID();
    const temporary = `${this.#folder}/${id}.new`;
    await writeFile(temporary, lines.join(''), { mode: 0o600 });
    await rename(temporary, `${this.#folder}/${id}.lines`);
    return `${id}.lines`;
  }

  async #segments(): Promise<string[]> {
    return (await list(this.#folder)).filter((name) => SEGMENT.test(name)).sort();
  }

  async #read(segment: string): Promise<Buffer> {
    try {
      return await readFile(`${this.#folder}/${segment}`);
    } catch {
      return Buffer.alloc(0);
    }
  }

  #today(): number {
    return Math.floor(this.#clock.now() / DAY_MS);
  }
}

async function list(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch {
    return [];
  }
}

function segmentsOf(oids: Iterable<string>, index: ReadonlyMap<string, string>): Set<string> {
  const segments = new Set<string>();
  for (const oid of oids) {
    const segment = index.get(oid);
    if (segment !== undefined) segments.add(segment);
  }
  return segments;
}

function* linesOf(content: Buffer): Generator<Buffer> {
  let start = 0;
  for (let end = content.indexOf(10); end >= 0; end = content.indexOf(10, start)) {
    yield content.subarray(start, end);
    start = end + 1;
  }
}
