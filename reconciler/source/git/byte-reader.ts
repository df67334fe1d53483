import { protocolError } from './git-error.ts';

/** Reads exact lengths from a stream of chunks; what is over stays for the next read. */
export class ByteReader {
  readonly #source: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);
  #ended = false;

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /**
   * Exactly `length` bytes, or undefined when the stream ended before the first of them. Ended in between: Transient
   * `GIT_PROTOCOL`.
   */
  async take(length: number): Promise<Buffer | undefined> {
    if (this.#rest.length < length) await this.#fill(length);
    if (this.#rest.length === 0 && length > 0) return undefined;
    if (this.#rest.length < length) throw protocolError('the connection ended in the middle of an answer');
    const taken = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(length);
    return taken;
  }

  /** What is there next, of any length; undefined at the end. */
  async chunk(): Promise<Buffer | undefined> {
    if (this.#rest.length === 0) await this.#fill(1);
    if (this.#rest.length === 0) return undefined;
    const chunk = this.#rest;
    this.#rest = Buffer.alloc(0);
    return chunk;
  }

  /** Gives the stream up; the connection behind it is closed. */
  async cancel(): Promise<void> {
    this.#ended = true;
    await this.#source.return?.();
  }

  async #fill(length: number): Promise<void> {
    const chunks = [this.#rest];
    let total = this.#rest.length;
    while (total < length && !this.#ended) {
      const next = await this.#source.next();
      if (next.done) {
        this.#ended = true;
        break;
      }
      chunks.push(next.value);
      total += next.value.length;
    }
    this.#rest = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
  }
}
