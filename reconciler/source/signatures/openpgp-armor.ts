import { InvalidInput } from '../../model/errors.ts';
import { SignatureCode, type SignerFile } from './signature.ts';

const BLOCK = /-----BEGIN PGP PUBLIC KEY BLOCK-----[\s\S]*?-----END PGP PUBLIC KEY BLOCK-----/g;

/**
 * The armored public keys of a file, unread. Throws InvalidInput `SIGNERS_INVALID` where there is none, and where there is a private
 * key.
 */
export function publicKeyBlocks({ path, text }: SignerFile): string[] {
  if (text.includes('-----BEGIN PGP PRIVATE KEY BLOCK-----')) {
    throw badKeys(
      `${path} holds a private key.`,
      'Take it away: only public keys belong there (gpg --armor --export).',
    );
  }
  const blocks = text.match(BLOCK);
  if (blocks) return blocks;
  throw badKeys(`${path} holds no armored OpenPGP public key.`, 'Write it with gpg --armor --export.');
}

/** InvalidInput `SIGNERS_INVALID`. */
export function badKeys(message: string, hint: string, cause?: unknown): InvalidInput {
  return new InvalidInput(message, { code: SignatureCode.badSigners, hint, cause });
}
