import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { InvalidInput } from '../../reconciler/model/errors.ts';
import type { StarterFile } from './files.ts';

/**
 * Writes the files into `folder`, made if need be. A fresh git clone (nothing but `.git`) counts as empty.
 * Throws InvalidInput `FOLDER_NOT_EMPTY` before anything is written.
 */
export async function writeStarter(folder: string, files: readonly StarterFile[]): Promise<void> {
  const present = await entriesOf(folder);
  if (present.length > 0) {
    throw new InvalidInput(`The folder ${folder} is not empty: it holds ${nameSome(present)}.`, {
      code: 'FOLDER_NOT_EMPTY',
      hint: 'Name a new folder; nothing was written.',
    });
  }
  for (const file of files) {
    const path = join(folder, file.path);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, file.content, { flag: 'wx' });
  }
}

async function entriesOf(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => name !== '.git');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    throw new InvalidInput(`${folder} cannot be used as a folder (${code ?? 'unreadable'}).`, {
      code: 'FOLDER_UNUSABLE',
      hint: 'Name a folder that does not exist yet, or an empty one.',
      cause,
    });
  }
}

function nameSome(names: readonly string[]): string {
  const shown = names.slice(0, 3).join(', ');
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown;
}
