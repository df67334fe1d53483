import { readFile } from 'node:fs/promises';
import { Transient } from '../../model/errors.ts';
import { Sensitive } from '../../model/sensitive.ts';

/** A secret by reference: one of the two. */
export interface SecretReference {
  file?: string | undefined;
  env?: string | undefined;
}

/** The secret as it is now, so that a rotated one is taken up. Throws Transient `SECRET_MISSING`. */
export async function secretNow({ file, env }: SecretReference): Promise<Sensitive> {
  const text = file === undefined ? process.env[env ?? ''] : await readFile(file, 'utf8').catch(() => undefined);
  const secret = text?.replace(/\r?\n$/, '');
  if (!secret) {
    throw new Transient(`The secret of ${file ?? `the variable ${env ?? ''}`} is not there.`, {
      code: 'SECRET_MISSING',
    });
  }
  return new Sensitive(secret);
}
