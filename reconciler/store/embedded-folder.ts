import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { InvalidInput } from '../model/errors.ts';
import { inUse, levelCode, levelMessage, recordOwner } from './folder-lock.ts';

export type Level = ClassicLevel<string, string>;

/** Keys inside LevelDB. Data keys carry a prefix of their own, so that what the store keeps for itself cannot collide. */
export const inner = {
  data: (key: string): string => `d!${key}`,
  dataPrefix: 'd!',
  /** Marks the folder as ours, with the version of its layout. */
  layout: 'i!layout',
  revision: 'i!revision',
  epoch: 'i!epoch',
} as const;

const LAYOUT = '1';

/** A folder opened for this process alone. */
export interface OpenFolder {
  level: Level;
  /** Revision of the last commit in it. */
  revision: number;
  /** Times that it was opened. */
  epoch: number;
}

/**
 * Opens the folder, making an empty or absent one into a store, and raises its epoch. Throws InvalidInput `STORE_IN_USE`,
 * `STORE_FOREIGN` (something else lives there), `STORE_TOO_NEW`, `STORE_CORRUPT` or `STORE_UNREADABLE`.
 */
export async function openFolder(folder: string): Promise<OpenFolder> {
  await prepare(folder);
  const level: Level = new ClassicLevel<string, string>(join(folder, 'db'), {
    keyEncoding: 'utf8',
    valueEncoding: 'utf8',
  });
  try {
    await level.open();
  } catch (error) {
    throw await openingError(folder, error);
  }
  try {
    await recordOwner(folder);
    return await begin(folder, level);
  } catch (error) {
    await level.close();
    throw error instanceof InvalidInput ? error : await openingError(folder, error);
  }
}

async function prepare(folder: string): Promise<void> {
  let names: string[];
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    names = await readdir(folder);
  } catch (error) {
    throw await openingError(folder, error);
  }
  const strange = names.find((name) => name !== 'db' && name !== 'owner.json');
  if (strange !== undefined) throw foreign(folder, `it holds "${strange}"`);
  const files = names.includes('db') ? await readdir(join(folder, 'db')) : [];
  // LevelDB would begin anew over the data that is there.
  if (!files.includes('CURRENT') && files.some((name) => /\.(ldb|log)$/.test(name))) {
    throw corrupt(folder, 'its database has data but no file CURRENT', undefined);
  }
}

async function begin(folder: string, level: Level): Promise<OpenFolder> {
  const layout = await level.get(inner.layout);
  if (layout === undefined && (await level.keys({ limit: 1 }).all()).length > 0) {
    throw foreign(folder, 'its database is not one of ours');
  }
  if (layout !== undefined && Number(layout) > Number(LAYOUT)) {
    throw new InvalidInput(`The store in ${folder} has layout ${layout}; this version reads up to ${LAYOUT}.`, {
      code: 'STORE_TOO_NEW',
      hint: 'Run the newer version that wrote it.',
    });
  }
  const revision = readNumber(folder, await level.get(inner.revision)) + 1;
  const epoch = readNumber(folder, await level.get(inner.epoch)) + 1;
  await level.batch(
    [
      { type: 'put', key: inner.layout, value: LAYOUT },
      { type: 'put', key: inner.revision, value: String(revision) },
      { type: 'put', key: inner.epoch, value: String(epoch) },
    ],
    { sync: true },
  );
  return { level, revision, epoch };
}

function readNumber(folder: string, text: string | undefined): number {
  if (text === undefined) return 0;
  if (!/^[0-9]+$/.test(text)) throw corrupt(folder, `a counter reads "${text.slice(0, 20)}"`, undefined);
  return Number(text);
}

async function openingError(folder: string, error: unknown): Promise<InvalidInput> {
  const code = levelCode(error);
  if (code === 'LEVEL_LOCKED') return inUse(folder, error);
  if (code === 'LEVEL_CORRUPTION') return corrupt(folder, levelMessage(error), error);
  const message = levelMessage(error);
  // LevelDB reports missing and damaged files of its own as invalid arguments or I/O errors; the disk's troubles too.
  const disk = /permission denied|no space|read-only|too many open files|not a directory/i.test(message);
  if (!disk && /corrupt|NotFound|no such file|CURRENT|MANIFEST/i.test(message)) return corrupt(folder, message, error);
  return new InvalidInput(`The store in ${folder} cannot be opened: ${message}`, {
    code: 'STORE_UNREADABLE',
    hint: 'Check that the folder is on a local file system, that the disk is not full, and that this user may write there.',
    cause: error,
  });
}

function corrupt(folder: string, what: string, cause: unknown): InvalidInput {
  return new InvalidInput(`The store in ${folder} is damaged: ${what}`, {
    code: 'STORE_CORRUPT',
    hint: 'Move the folder away; then take a backup in with intendant store import FILE, or without one type intendant store adopt, which rebuilds it from the status branch.',
    cause,
  });
}

function foreign(folder: string, why: string): InvalidInput {
  return new InvalidInput(`The folder ${folder} is not a store: ${why}.`, {
    code: 'STORE_FOREIGN',
    hint: 'Name an empty or absent folder.',
  });
}
