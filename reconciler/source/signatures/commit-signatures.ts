import type { Clock } from '../../model/clock.ts';
import { InvalidInput } from '../../model/errors.ts';
import { SignatureCode, type CommitSignature, type SignerFiles } from './signature.ts';
import { readSignerFiles, type SignatureSettings } from './signer-files.ts';
import type { Untrusted } from './untrusted.ts';

/** Where commits are checked: in the git thread. */
export interface SignatureReader {
  untrusted(
    range: { tip: string; accepted: string | undefined },
    signers: SignerFiles,
    nowMs: number,
    signal: AbortSignal,
  ): Promise<Untrusted | undefined>;
  signatures(
    commits: readonly string[],
    signers: SignerFiles,
    nowMs: number,
    signal: AbortSignal,
  ): Promise<CommitSignature[]>;
}

/** The checks that a daemon with `repository.signatures` makes. Its files are read anew each time. */
export class CommitSignatures {
  readonly #settings: SignatureSettings;
  readonly #reader: SignatureReader;
  readonly #clock: Clock;
  #version = 'unread';

  constructor(settings: SignatureSettings, reader: SignatureReader, clock: Clock) {
    this.#settings = settings;
    this.#reader = reader;
    this.#clock = clock;
  }

  /** Which signers were read last: another version may have another answer. */
  get version(): string {
    return this.#version;
  }

  /** Reads the files. Throws InvalidInput `SIGNERS_INVALID`; then no version is the one that something was found with. */
  async refresh(): Promise<SignerFiles> {
    try {
      const files = await readSignerFiles(this.#settings);
      this.#version = files.version;
      return files;
    } catch (error) {
      this.#version = 'unreadable';
      throw error;
    }
  }

  /**
   * Throws InvalidInput `NOT_SIGNED` when signatures are required and a commit that is new since the accepted one is not signed by an
   * allowed signer; without an accepted commit, when the tip is not. `SIGNERS_INVALID` when it cannot be told who is allowed.
   */
  async require(tip: string, accepted: string | undefined, signal: AbortSignal): Promise<void> {
    if (!this.#settings.required) return;
    const signers = await this.refresh();
    const found = await this.#reader.untrusted({ tip, accepted }, signers, this.#clock.now(), signal);
    if (found) throw notSigned(tip, accepted, found);
  }

  /** Who signed each of these commits, which are here. Throws InvalidInput `SIGNERS_INVALID`. */
  async of(commits: readonly string[], signal: AbortSignal): Promise<CommitSignature[]> {
    return this.#reader.signatures(commits, await this.refresh(), this.#clock.now(), signal);
  }
}

function notSigned(tip: string, accepted: string | undefined, { commit, reason, others }: Untrusted): InvalidInput {
  const more = others === 0 ? '' : `, and ${others} more of its new commits do not count either`;
  const sign = 'git commit --amend --no-edit -S';
  const again =
    accepted === undefined
      ? `Push a commit on top that an allowed signer signs (git commit -S)`
      : commit === tip && others === 0
        ? `Sign it with an allowed key (${sign}) and push it again`
        : `Sign every commit since the accepted one (git rebase --exec '${sign}' ${accepted.slice(0, 12)}) and push them again`;
  return new InvalidInput(`The commit ${commit.slice(0, 12)} ${reason}${more}.`, {
    code: SignatureCode.notSigned,
    hint: `${again}, or, once you have read what it changes, set acceptRevision: ${tip} in the daemon's configuration.`,
  });
}
