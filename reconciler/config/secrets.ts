import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { InvalidInput } from '../model/errors.ts';
import { Sensitive } from '../model/sensitive.ts';

/** Where a secret or a file of the configuration is read from: the environment, and the folder that paths start at. */
export interface SecretPlaces {
  environment: Record<string, string | undefined>;
  /** Folder of the configuration file. */
  folder: string;
}

/** A secret by reference, as it stands in the configuration. At most one of the two is set. */
export interface SecretReference {
  file?: string | undefined;
  env?: string | undefined;
}

/**
 * Reads a secret from its file or environment variable. A final line break is not part of it.
 * Undefined when neither is named. Throws InvalidInput `SECRET_MISSING` naming the place, never the value.
 */
export async function readSecret(
  field: string,
  from: SecretReference,
  places: SecretPlaces,
): Promise<Sensitive | undefined> {
  if (from.file !== undefined && from.env !== undefined) {
    throw new InvalidInput(`${field} is given twice, as a file and as an environment variable.`, {
      code: 'SECRET_AMBIGUOUS',
      hint: `Keep one of ${field}File and ${field}Env.`,
    });
  }
  if (from.file !== undefined) return new Sensitive(trimmed(await readText(`${field}File`, from.file, places)));
  if (from.env === undefined) return undefined;
  const value = places.environment[from.env];
  if (value === undefined || value === '') {
    throw new InvalidInput(`${field}Env names the environment variable ${from.env}, which is not set.`, {
      code: 'SECRET_MISSING',
      hint: `Set ${from.env} for the daemon, or use ${field}File.`,
    });
  }
  return new Sensitive(value);
}

/** Reads a text file that the configuration names; relative paths start at the configuration file's folder. */
export async function readText(field: string, path: string, places: SecretPlaces): Promise<string> {
  const absolute = resolve(places.folder, path);
  try {
    return await readFile(absolute, 'utf8');
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? 'unreadable';
    throw new InvalidInput(`${field} names ${absolute}, which cannot be read (${reason}).`, {
      code: 'SECRET_MISSING',
      hint: 'Check the path and that the daemon may read the file.',
      cause,
    });
  }
}

function trimmed(text: string): string {
  return text.replace(/\r?\n$/, '');
}
