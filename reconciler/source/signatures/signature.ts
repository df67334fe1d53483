/** Whoever an allowed key belongs to. */
export interface Signer {
  /** For people: the first principal, or the OpenPGP user id. */
  name: string;
  /**
   * What tells one person from another, in lower case: principals, e-mail addresses of the OpenPGP user ids, and the key
   * itself. Two signers that share one are the same.
   */
  ids: string[];
  /** Signs for others, as a forge does for merges: nobody is known by its signature. */
  forge?: true;
}

/** What a commit's signature says: who signed it, or why it says nothing (the end of a sentence that begins with the commit). */
export type CommitSignature = { signer: Signer } | { refused: string };

/** A file of signers as it was read. */
export interface SignerFile {
  path: string;
  text: string;
}

/** Who is allowed to sign: plain data, to cross threads. */
export interface SignerFiles {
  /** Digest of all of it: another one = another answer. */
  version: string;
  /** In OpenSSH's format. */
  allowedSigners?: SignerFile;
  /** Armored OpenPGP public keys. */
  openpgpKeys?: SignerFile;
  /** Ids of signers who sign for others. */
  forges: string[];
}

/** Codes of what this folder throws. */
export const SignatureCode = {
  /** A commit without a signature that counts, in a new revision. */
  notSigned: 'NOT_SIGNED',
  /** The signers' files cannot be read, or hold what is not supported. */
  badSigners: 'SIGNERS_INVALID',
} as const;
