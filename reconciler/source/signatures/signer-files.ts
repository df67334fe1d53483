import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { badKeys } from './openpgp-armor.ts';
import type { SignerFile, SignerFiles } from './signature.ts';

/** Which commits are believed, as the daemon's configuration says it. Paths are absolute. */
export interface SignatureSettings {
  /** A revision with a new commit that is not signed by an allowed signer is refused. */
  required: boolean;
  allowedSignersFile?: string | undefined;
  openpgpKeysFile?: string | undefined;
  /** Signers (a principal, an e-mail address of an OpenPGP user id, or a fingerprint) who sign for others. */
  forgeSigners: string[];
}

/** More is no list of signers. */
const MAX_BYTES = 4 * 1024 * 1024;

/** Reads the files as they are now. Throws InvalidInput `SIGNERS_INVALID` for one that cannot be read. */
export async function readSignerFiles(settings: SignatureSettings): Promise<SignerFiles> {
  const { allowedSignersFile, openpgpKeysFile, forgeSigners: forges } = settings;
  const allowedSigners = await readSigners(allowedSignersFile);
  const openpgpKeys = await readSigners(openpgpKeysFile);
  const all = JSON.stringify([allowedSigners, openpgpKeys, forges]);
  const version = createHash('sha256').update(all).digest('hex').slice(0, 16);
  return { version, ...(allowedSigners && { allowedSigners }), ...(openpgpKeys && { openpgpKeys }), forges };
}

async function readSigners(path: string | undefined): Promise<SignerFile | undefined> {
  if (path === undefined) return undefined;
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    const hint = 'Check the path and that the daemon may read the file; it is tried again.';
    throw badKeys(`The signers' file ${path} cannot be read (${cause.code ?? 'unreadable'}).`, hint, cause);
  });
  if (text.length <= MAX_BYTES) return { path, text };
  throw badKeys(`The signers' file ${path} is larger than 4 MiB.`, 'Keep only those in it who sign.');
}
