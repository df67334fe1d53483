import { cleanBytes } from './clean-text.ts';

/** Collects the first bytes of a stream and counts the rest, so that no host can fill our memory. */
export class CappedOutput {
  readonly #chunks: Uint8Array[] = [];
  readonly #max: number;
  #kept = 0;
  #dropped = 0;

  constructor(maxBytes: number) {
    this.#max = maxBytes;
  }

  add(chunk: Uint8Array): void {
    const room = this.#max - this.#kept;
    if (chunk.length > room) this.#dropped += chunk.length - room;
    if (room <= 0) return;
    const taken = chunk.length > room ? chunk.subarray(0, room) : chunk;
    this.#chunks.push(taken);
    this.#kept += taken.length;
  }

  /** Bytes that came and were not kept. */
  get dropped(): number {
    return this.#dropped;
  }

  /** What was kept as clean UTF-8 text; a character that the cap cut in two is left out. */
  text(): string {
    return cleanBytes(Buffer.concat(this.#chunks, this.#kept));
  }
}
