import { blobOid } from './git-blob.ts';
import { isKept } from './layout.ts';

/** The files of one commit: path to new content, or null to remove. */
export class Changes {
  readonly files = new Map<string, string | null>();
  readonly #branch: ReadonlyMap<string, string>;

  /** `branch`: path to blob oid of what the branch holds now. */
  constructor(branch: ReadonlyMap<string, string>) {
    this.#branch = branch;
  }

  /** Adds a file if the branch does not hold these very bytes. */
  write(path: string, content: string): void {
    if (this.#branch.get(path) !== blobOid(content)) this.files.set(path, content);
  }

  /** Removes a file if the branch holds it and it is not kept for ever. */
  remove(path: string): void {
    if (this.#branch.has(path) && !isKept(path)) this.files.set(path, null);
  }

  /** Brings the picture of the branch up to date once these changes are in it. */
  applyTo(branch: Map<string, string>): void {
    for (const [path, content] of this.files) {
      if (content === null) branch.delete(path);
      else branch.set(path, blobOid(content));
    }
  }
}
