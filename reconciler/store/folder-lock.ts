import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { InvalidInput } from '../model/errors.ts';

/** A folder that belongs to this process until it is released or the process ends, however it ends. */
export interface FolderLock {
  release(): Promise<void>;
}

/**
 * Takes a folder (made if need be) for this process. The lock is the kernel's (the one LevelDB puts on its own folder), so
 * it goes with the process even on SIGKILL and is never stale. Throws InvalidInput `STORE_IN_USE` naming the owner.
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const level = new ClassicLevel<string, string>(join(folder, 'lock'));
  try {
    await level.open();
  } catch (error) {
    if (levelCode(error) === 'LEVEL_LOCKED') throw await inUse(folder, error);
    throw new InvalidInput(`The folder ${folder} cannot be locked: ${levelMessage(error)}`, {
      code: 'STORE_UNREADABLE',
      hint: 'Check that it exists on a local file system and that this user may write there.',
      cause: error,
    });
  }
  await recordOwner(folder);
  return { release: () => level.close() };
}

/** Says in the folder which process owns it, for the message that the next one gets. */
export async function recordOwner(folder: string): Promise<void> {
  await writeFile(join(folder, 'owner.json'), JSON.stringify({ pid: process.pid }), { mode: 0o600 });
}

/** The error for a folder that another process owns. */
export async function inUse(folder: string, cause: unknown): Promise<InvalidInput> {
  const pid = await readOwner(folder);
  const owner = pid === undefined ? 'another process' : `process ${pid}`;
  return new InvalidInput(`The folder ${folder} is in use by ${owner}.`, {
    code: 'STORE_IN_USE',
    hint: `One process owns one folder: stop ${owner}, or give this one another state folder.`,
    cause,
  });
}

/** LevelDB's own code of a failed open: it stands on the cause. */
export function levelCode(error: unknown): string | undefined {
  const cause = error instanceof Error ? (error.cause as { code?: string } | undefined) : undefined;
  return cause?.code ?? (error as { code?: string }).code;
}

export function levelMessage(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}

async function readOwner(folder: string): Promise<number | undefined> {
  try {
    const owner = JSON.parse(await readFile(join(folder, 'owner.json'), 'utf8')) as { pid?: unknown };
    return typeof owner.pid === 'number' ? owner.pid : undefined;
  } catch {
    return undefined;
  }
}
