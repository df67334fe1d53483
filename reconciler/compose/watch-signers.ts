import type { KindDeps, KindLog } from '../kinds/context.ts';
import { asIntendantError } from '../model/errors.ts';
import type { CommitSignatures } from '../source/signatures/commit-signatures.ts';

/** What kinds are told of the signers; nothing where signatures are not checked. */
export function signersOf(signatures: CommitSignatures | undefined): Pick<KindDeps, 'signers'> {
  return signatures ? { signers: () => signatures.version } : {};
}

/**
 * A look at the signers' files, which answers whether others are believed than at the look before. A file that cannot be used is
 * logged once; it stops what asks for signatures, and nothing else.
 */
export function watchSigners(signatures: CommitSignatures | undefined, log: KindLog): () => Promise<boolean> {
  let told: string | undefined;
  let seen = signatures?.version;
  return async () => {
    if (!signatures) return false;
    try {
      await signatures.refresh();
      told = undefined;
    } catch (thrown) {
      const err = asIntendantError(thrown);
      if (told !== err.message) log.warn({ err }, 'the signers of commits cannot be read');
      told = err.message;
    }
    const changed = signatures.version !== seen;
    seen = signatures.version;
    return changed;
  };
}
