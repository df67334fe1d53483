import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { InvalidInput } from '../model/errors.ts';
import { absolutePaths } from './absolute-paths.ts';
import { documentLayer } from './document-layer.ts';
import type { Layer } from './layer.ts';

/**
 * What a configuration file says, with paths from its own folder. Undefined when `optional` and there is no such file.
 * Throws InvalidInput `CONFIG_UNREADABLE`, or `CONFIG_INVALID` with all places.
 */
export async function fileLayer(path: string, { optional = false } = {}): Promise<Layer | undefined> {
  const text = await read(path, optional);
  if (text === undefined) return undefined;
  return documentLayer(text, path, (fields) => absolutePaths(fields, dirname(path)));
}

async function read(path: string, optional: boolean): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? 'unreadable';
    if (optional && (reason === 'ENOENT' || reason === 'ENOTDIR')) return undefined;
    const message = reason === 'ENOENT' ? `There is no file ${path}.` : `${path} cannot be read (${reason}).`;
    throw new InvalidInput(message, {
      code: 'CONFIG_UNREADABLE',
      hint: 'Name the configuration of the daemon with --config, or say what it must know with variables or flags.',
      cause,
    });
  }
}
