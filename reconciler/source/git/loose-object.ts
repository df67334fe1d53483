import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync, inflateSync } from 'node:zlib';
import { corrupt } from './git-error.ts';
import type { GitObject, ObjectType } from './object.ts';
import { objectTooLarge } from './pack-file.ts';
import { writeFileSynced } from './synced-file.ts';

const MAX_HEADER = 32;

/** Reads a loose object; undefined when there is none. Throws InvalidInput `GIT_TOO_LARGE` beyond `maxBytes`. */
export function readLoose(objectsDir: string, oid: string, maxBytes: number): GitObject | undefined {
  let deflated: Buffer;
  try {
    deflated = readFileSync(join(objectsDir, oid.slice(0, 2), oid.slice(2)));
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
  const raw = inflate(deflated, maxBytes + MAX_HEADER);
  const end = raw.indexOf(0);
  const header = /^(commit|tree|blob|tag) (\d{1,15})$/.exec(
    raw.toString('latin1', 0, Math.min(Math.max(end, 0), MAX_HEADER)),
  );
  if (!header || Number(header[2]) !== raw.length - end - 1) throw corrupt('a loose object cannot be read');
  return { type: header[1] as ObjectType, bytes: raw.subarray(end + 1) };
}

/** Whether there is a loose object of this name. */
export function hasLoose(objectsDir: string, oid: string): boolean {
  return existsSync(join(objectsDir, oid.slice(0, 2), oid.slice(2)));
}

function inflate(deflated: Buffer, maxBytes: number): Buffer {
  try {
    return inflateSync(deflated, { maxOutputLength: maxBytes });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw objectTooLarge(maxBytes - MAX_HEADER);
    throw corrupt('a loose object does not decompress', error);
  }
}

/** Writes a loose object under its name, whole or not at all, and on disk when it returns. */
export function writeLoose(objectsDir: string, oid: string, object: GitObject): void {
  const folder = join(objectsDir, oid.slice(0, 2));
  mkdirSync(folder, { recursive: true });
  const target = join(folder, oid.slice(2));
  const temporary = join(folder, `tmp_obj_${process.pid}_${oid.slice(2, 14)}`);
  const header = Buffer.from(`${object.type} ${object.bytes.length}\0`);
  try {
    writeFileSynced(temporary, deflateSync(Buffer.concat([header, object.bytes])), 0o444);
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** Whether an error of the file system says that a file or a folder on the way to it does not exist. */
export function isAbsent(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
