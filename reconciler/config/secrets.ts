import { readFile } from 'node:fs/promises';
import { InvalidInput } from '../model/errors.ts';
import { Sensitive } from '../model/sensitive.ts';

/** What a secret or a file of the configuration is read from, and for messages where a field is said. */
export interface SecretPlaces {
  environment: Record<string, string | undefined>;
  /** `file:line:column`, a variable or a flag, by field: `repository.auth.tokenFile`. */
  origin(field: string): string;
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
    throw new InvalidInput(
      `${places.origin(`${field}File`)}: ${field} is given twice, as a file and as an environment variable.`,
      {
        code: 'SECRET_AMBIGUOUS',
        hint: `Keep one of ${field}File and ${field}Env.`,
      },
    );
  }
  if (from.file !== undefined) return new Sensitive(trimmed(await readText(`${field}File`, from.file, places)));
  if (from.env === undefined) return undefined;
  const value = places.environment[from.env];
  if (value === undefined || value === '') {
    throw new InvalidInput(
      `${places.origin(`${field}Env`)}: ${field}Env names the environment variable ${from.env}, which is not set.`,
      {
        code: 'SECRET_MISSING',
        hint: `Set ${from.env} for the daemon, or use ${field}File.`,
      },
    );
  }
  return new Sensitive(value);
}

/** Reads a text file that the configuration names by an absolute path. */
export async function readText(field: string, path: string, places: SecretPlaces): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? 'unreadable';
    throw new InvalidInput(`${places.origin(field)}: ${field} names ${path}, which cannot be read (${reason}).`, {
      code: 'SECRET_MISSING',
      hint: 'Check the path and that the daemon may read the file.',
      cause,
    });
  }
}

function trimmed(text: string): string {
  return text.replace(/\r?\n$/, '');
}
