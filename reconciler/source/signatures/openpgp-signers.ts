import { enums, createMessage, readKeys, readSignature, verify, type Key } from 'openpgp';
import { messageOf } from '../../model/errors.ts';
import { badKeys, publicKeyBlocks } from './openpgp-armor.ts';
import type { CommitSignature, SignerFile } from './signature.ts';

/** Clocks of those who sign and of this machine may differ by so much, in milliseconds. */
const CLOCK_TOLERANCE_MS = 5 * 60_000;
/** A renewed key has its self-signature from then only: what it signed before counts too, since it must be valid now in any case. */
const SETTINGS = { allowInsecureVerificationWithReformattedKeys: true };

/** The OpenPGP keys that are allowed. This file alone loads the OpenPGP library: import it when a signature asks for it. */
export class OpenpgpSigners {
  readonly #keys: readonly Key[];

  private constructor(keys: readonly Key[]) {
    this.#keys = keys;
  }

  /** Throws InvalidInput `SIGNERS_INVALID` for a file whose keys cannot be read. */
  static async read(file: SignerFile): Promise<OpenpgpSigners> {
    const keys: Key[] = [];
    for (const armoredKeys of publicKeyBlocks(file)) {
      try {
        keys.push(...(await readKeys({ armoredKeys })));
      } catch (cause) {
        throw badKeys(
          `${file.path} holds an OpenPGP key that cannot be read: ${messageOf(cause)}.`,
          'Write it anew with gpg --armor --export.',
          cause,
        );
      }
    }
    return new OpenpgpSigners(keys);
  }

  /** Who made a detached signature over `payload`, by a key that is valid now and was when it signed. */
  async check(armored: string, payload: Buffer, nowMs: number): Promise<CommitSignature> {
    const signature = await readSignature({ armoredSignature: armored }).catch(() => undefined);
    const [packet, ...others] = signature?.packets ?? [];
    if (!signature || !packet) return { refused: 'has an OpenPGP signature that cannot be read' };
    if (others.length > 0) return { refused: 'has several signatures' };
    if (packet.signatureType !== enums.signature.binary && packet.signatureType !== enums.signature.text) {
      return { refused: 'has an OpenPGP signature that is not one of a document' };
    }
    const keyId = packet.issuerKeyID;
    const key = this.#keys.find((each) => each.getKeys(keyId).length > 0);
    if (!key)
      return { refused: `is signed with the OpenPGP key ${keyId.toHex()}, which is not among the allowed ones` };
    const fingerprint = key.getFingerprint();
    try {
      const { signatures } = await verify({
        message: await createMessage({ binary: new Uint8Array(payload) }),
        signature,
        verificationKeys: [key],
        date: new Date(nowMs + CLOCK_TOLERANCE_MS),
        config: SETTINGS,
      });
      await signatures[0]!.verified;
      await key.getSigningKey(keyId, new Date(nowMs));
    } catch (error) {
      return { refused: `has a signature of the OpenPGP key ${fingerprint} that does not count: ${sentence(error)}` };
    }
    return { signer: await this.#signer(key, nowMs) };
  }

  async #signer(key: Key, nowMs: number): Promise<{ name: string; ids: string[] }> {
    const names: string[] = [];
    const ids: string[] = [];
    for (const user of key.users) {
      const { userID } = user;
      const valid = userID && (await user.verify(new Date(nowMs)).catch(() => false));
      if (!valid) continue;
      names.push(userID.userID);
      ids.push((userID.email || userID.userID).toLowerCase());
    }
    const fingerprint = key.getFingerprint().toLowerCase();
    return { name: names[0] ?? fingerprint, ids: [...ids, fingerprint] };
  }
}

/** The library's message without what it repeats, as the end of a sentence. */
function sentence(error: unknown): string {
  const text = messageOf(error)
    .replace(/^Error verifying signed message: /, '')
    .replace(/\.$/, '');
  return `${text.charAt(0).toLowerCase()}${text.slice(1)}`;
}
