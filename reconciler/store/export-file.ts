import { randomBytes } from 'node:crypto';
import { link, lstat, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { InvalidInput, messageOf } from '../model/errors.ts';

export interface WriteFileOptions<T> {
  /** What the file is to hold, part by part. */
  parts: AsyncIterable<string>;
  /** True: a file that is there is replaced. Default: it is refused. */
  force: boolean;
  /** Looks at what was written, under its other name, before it takes its place; what it throws keeps it from there. */
  check: (draft: string) => Promise<T>;
}

/**
 * Writes a file (mode 0600) that is there as a whole, on the disk, or not at all: first under another name beside it. Answers
 * with what the check did. Throws InvalidInput `FILE_EXISTS` or `FILE_UNWRITABLE`, and what the parts throw.
 */
export async function writeWholeFile<T>(file: string, { parts, force, check }: WriteFileOptions<T>): Promise<T> {
  await refuseTaken(file, force);
  const draft = `${file}.${randomBytes(4).toString('hex')}.part`;
  const guard = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      throw error instanceof InvalidInput ? error : unwritable(file, error);
    }
  };
  const handle = await guard(open(draft, 'wx', 0o600));
  try {
    try {
      for await (const part of parts) await guard(handle.writeFile(part));
      await guard(handle.sync());
    } finally {
      await handle.close();
    }
    const checked = await check(draft);
    await guard(force ? rename(draft, file) : takePlace(draft, file));
    await guard(syncFolder(dirname(file)));
    return checked;
  } finally {
    await rm(draft, { force: true });
  }
}

/** Gives the draft its name unless somebody else has it by now. */
async function takePlace(draft: string, file: string): Promise<void> {
  try {
    await link(draft, file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw exists(file);
    // A file system without hard links.
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'EOPNOTSUPP' && code !== 'ENOSYS') throw error;
    await refuseTaken(file, false);
    await rename(draft, file);
  }
}

async function refuseTaken(file: string, force: boolean): Promise<void> {
  const found = await lstat(file).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw unwritable(file, error);
  });
  if (found === undefined) return;
  if (!force) throw exists(file);
  if (!found.isFile()) throw unwritable(file, new Error('it is there, and is not a file'));
}

async function syncFolder(folder: string): Promise<void> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(folder, 'r');
    await handle.sync();
  } finally {
    await handle?.close();
  }
}

function exists(file: string): InvalidInput {
  return new InvalidInput(`${file} is there already, and is not overwritten.`, {
    code: 'FILE_EXISTS',
    hint: 'Name another file, or add --force to replace this one.',
  });
}

function unwritable(file: string, cause: unknown): InvalidInput {
  return new InvalidInput(`${file} cannot be written: ${messageOf(cause)}`, {
    code: 'FILE_UNWRITABLE',
    hint: 'Check that its folder exists, that the disk is not full, and that this user may write there.',
    cause,
  });
}
