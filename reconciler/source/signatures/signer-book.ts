import { parseCommit } from '../git/object.ts';
import { parseAllowedSigners, type AllowedSigner } from './allowed-signers.ts';
import { splitCommit } from './commit-payload.ts';
import type { OpenpgpSigners } from './openpgp-signers.ts';
import type { CommitSignature, Signer, SignerFiles } from './signature.ts';
import { checkSshSignature } from './sshsig.ts';

/** Who is allowed to sign, read once, and what that makes of a commit. */
export class SignerBook {
  readonly #files: SignerFiles;
  readonly #allowed: readonly AllowedSigner[];
  #openpgp: Promise<OpenpgpSigners> | undefined;

  /** Throws InvalidInput `SIGNERS_INVALID` for an allowed_signers file that cannot be used. */
  constructor(files: SignerFiles) {
    this.#files = files;
    this.#allowed = files.allowedSigners ? parseAllowedSigners(files.allowedSigners) : [];
  }

  get version(): string {
    return this.#files.version;
  }

  /**
   * Who signed a commit. A key counts while it is valid, both at the time that the commit names and now: that time is what its maker
   * wrote there, and a key that has run out must not sign into the past.
   *
   * @param commit the commit object
   * @param nowMs milliseconds since 1970
   */
  async check(commit: Buffer, nowMs: number): Promise<CommitSignature> {
    const split = splitCommit(commit);
    if ('refused' in split) return split;
    const { payload, signature } = split;
    const found = signature.startsWith('-----BEGIN SSH SIGNATURE-----')
      ? this.#checkSsh(signature, payload, [parseCommit(commit).committer.timestamp * 1000, nowMs])
      : signature.startsWith('-----BEGIN PGP SIGNATURE-----')
        ? await this.#checkOpenpgp(signature, payload, nowMs)
        : { refused: 'has a signature that is neither of SSH nor of OpenPGP' };
    return 'refused' in found ? found : { signer: this.#markForge(found.signer) };
  }

  #checkSsh(armored: string, payload: Buffer, times: readonly number[]): CommitSignature {
    const made = checkSshSignature(armored, payload);
    if ('refused' in made) return made;
    const { fingerprint } = made.key;
    const base64 = made.blob.toString('base64');
    const lines = this.#allowed.filter(({ key }) => key === base64);
    if (lines.length === 0)
      return { refused: `is signed with the key ${fingerprint}, which is not among the allowed signers` };
    const forGit = lines.filter((line) => line.forGit);
    if (forGit.length === 0)
      return { refused: `is signed with the key ${fingerprint}, which is not allowed to sign for git` };
    const valid = forGit.filter((line) => times.every((time) => isValidAt(line, time)));
    if (valid.length === 0)
      return {
        refused: `is signed with the key ${fingerprint} of ${forGit[0]!.principals[0]}, which ${whyNotValid(forGit[0]!)}`,
      };
    const principals = valid.flatMap((line) => line.principals);
    return {
      signer: { name: principals[0]!, ids: [...new Set(principals.map((each) => each.toLowerCase())), fingerprint] },
    };
  }

  async #checkOpenpgp(armored: string, payload: Buffer, nowMs: number): Promise<CommitSignature> {
    const { openpgpKeys } = this.#files;
    if (!openpgpKeys) return { refused: 'is signed with an OpenPGP key, and none is allowed' };
    this.#openpgp ??= import('./openpgp-signers.ts').then(({ OpenpgpSigners }) => OpenpgpSigners.read(openpgpKeys));
    return (await this.#openpgp).check(armored, payload, nowMs);
  }

  #markForge(signer: Signer): Signer {
    const forges = this.#files.forges.map((each) => each.toLowerCase());
    return signer.ids.some((id) => forges.includes(id.toLowerCase())) ? { ...signer, forge: true } : signer;
  }
}

function isValidAt({ validAfter, validBefore }: AllowedSigner, time: number): boolean {
  return (validAfter === undefined || time >= validAfter) && (validBefore === undefined || time <= validBefore);
}

function whyNotValid({ validAfter, validBefore }: AllowedSigner): string {
  const from = validAfter === undefined ? '' : ` from ${new Date(validAfter).toISOString()}`;
  const until = validBefore === undefined ? '' : ` until ${new Date(validBefore).toISOString()}`;
  return `is valid${from}${until} only, by the time of the commit and by the daemon's clock`;
}
