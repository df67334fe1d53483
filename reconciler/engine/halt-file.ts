import { constants } from 'node:fs';
import { lstat, open, type FileHandle } from 'node:fs/promises';
import { isoTime } from '../model/clock.ts';
import { cleanText } from '../status/text.ts';
import type { HaltRecord } from '../store/records.ts';

/** Bytes of the file that are looked at: its first line is the reason. */
const MAX_BYTES = 4096;
/** Longest reason, in characters. */
export const MAX_WHY = 300;
/** The reason where none was given. */
export const NO_REASON = 'no reason was given';

/**
 * The brake's file: that it is there pulls the brake, whatever is in it. Undefined: there is none. A file that is there and
 * cannot be read counts. Throws what the file system throws when it cannot be told whether it is there.
 */
export async function readHaltFile(path: string): Promise<HaltRecord | undefined> {
  // Looked for first, since it is asked five times a second and hardly ever there. Also a link to nothing is there.
  const listed = await lstat(path).catch(absent);
  if (!listed) return undefined;
  try {
    // A pipe would wait for a writer.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const { mtimeMs } = await file.stat();
      return record(path, await firstLine(file), mtimeMs);
    } finally {
      await file.close();
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    return record(path, `the file is there and cannot be read (${code ?? 'unknown'})`, listed.mtimeMs);
  }
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error;
}

async function firstLine(file: FileHandle): Promise<string> {
  const buffer = Buffer.alloc(MAX_BYTES);
  try {
    const { bytesRead } = await file.read(buffer, 0, MAX_BYTES, 0);
    const [line = ''] = buffer.toString('utf8', 0, bytesRead).split('\n');
    return line;
  } catch (error) {
    return `the file cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`;
  }
}

function record(path: string, line: string, sinceMs: number): HaltRecord {
  return { format: 1, who: path, why: cleanText(line, MAX_WHY) || NO_REASON, since: isoTime(Math.round(sinceMs)) };
}
