import type { GitObject } from './object.ts';

/** The most recently used objects, bounded by their bytes. */
export class LruBytes<K> {
  readonly #max: number;
  readonly #kept = new Map<K, GitObject>();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#max = maxBytes;
  }

  has(key: K): boolean {
    return this.#kept.has(key);
  }

  get(key: K): GitObject | undefined {
    const found = this.#kept.get(key);
    if (found) {
      this.#kept.delete(key);
      this.#kept.set(key, found);
    }
    return found;
  }

  set(key: K, object: GitObject): void {
    this.#drop(key);
    if (object.bytes.length > this.#max / 4) return;
    this.#kept.set(key, object);
    this.#bytes += object.bytes.length;
    for (const oldest of this.#kept.keys()) {
      if (this.#bytes <= this.#max) break;
      this.#drop(oldest);
    }
  }

  clear(): void {
    this.#kept.clear();
    this.#bytes = 0;
  }

  #drop(key: K): void {
    const old = this.#kept.get(key);
    if (!old) return;
    this.#bytes -= old.bytes.length;
    this.#kept.delete(key);
  }
}
