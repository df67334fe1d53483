import type { DaemonSignatures } from '../../schema/generated/types.ts';
import { InvalidInput } from '../model/errors.ts';
import { parseAllowedSigners } from '../source/signatures/allowed-signers.ts';
import { publicKeyBlocks } from '../source/signatures/openpgp-armor.ts';
import { readSignerFiles, type SignatureSettings } from '../source/signatures/signer-files.ts';
import { readText, type SecretPlaces } from './secrets.ts';

/**
 * Whose signatures are believed. The files are looked into once, so that a mistake shows when the daemon starts; OpenPGP keys are
 * read when the first signature asks for them. Throws InvalidInput.
 */
export async function signatureSettings(
  document: DaemonSignatures | undefined,
  places: SecretPlaces,
): Promise<SignatureSettings | undefined> {
  if (document === undefined) return undefined;
  const { required = true, allowedSignersFile, openpgpKeysFile, forgeSigners = [] } = document;
  const field = 'repository.signatures';
  if (allowedSignersFile === undefined && openpgpKeysFile === undefined) {
    throw new InvalidInput(`${places.origin(field)}: ${field} names nobody who may sign.`, {
      code: 'CONFIG_INVALID',
      hint: `Set ${field}.allowedSignersFile or ${field}.openpgpKeysFile.`,
    });
  }
  const settings = { required, allowedSignersFile, openpgpKeysFile, forgeSigners };
  if (allowedSignersFile !== undefined) await readText(`${field}.allowedSignersFile`, allowedSignersFile, places);
  if (openpgpKeysFile !== undefined) await readText(`${field}.openpgpKeysFile`, openpgpKeysFile, places);
  const files = await readSignerFiles(settings);
  if (files.allowedSigners) parseAllowedSigners(files.allowedSigners);
  if (files.openpgpKeys) publicKeyBlocks(files.openpgpKeys);
  return settings;
}
