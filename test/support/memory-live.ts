import type { LiveStore } from '../../reconciler/engine/live-store.ts';
import type { Json } from '../../reconciler/model/json.ts';
import type { CommitResult, Expectation, Write } from '../../reconciler/store/state-store.ts';

/** Live state in memory that refuses what the real store refuses, and can be told to fail. */
export class MemoryLive implements LiveStore {
  readonly entries = new Map<string, { value: Json; revision: number }>();
  /** Every committed transaction, in order. */
  readonly commits: Write[][] = [];
  /** When set, the next commits throw it. */
  failWith: Error | undefined;
  /** Told of each transaction right before it takes effect. */
  onCommit: ((writes: readonly Write[], revision: number) => void) | undefined;
  #revision = 0;

  get(key: string): Json | undefined {
    return this.entries.get(key)?.value;
  }

  entry(key: string): { revision: number } | undefined {
    return this.entries.get(key);
  }

  *list(prefix: string): Iterable<[string, Json]> {
    for (const key of [...this.entries.keys()].sort())
      if (key.startsWith(prefix)) yield [key, this.entries.get(key)!.value];
  }

  async commit(writes: readonly Write[], expectations: readonly Expectation[] = []): Promise<CommitResult> {
    await Promise.resolve();
    if (this.failWith) throw this.failWith;
    for (const expectation of expectations) {
      if ('key' in expectation && (this.entries.get(expectation.key)?.revision ?? 0) !== expectation.revision) {
        return { ok: false, failed: expectation };
      }
    }
    this.#revision += 1;
    this.onCommit?.(writes, this.#revision);
    for (const write of writes) {
      if ('put' in write)
        this.entries.set(write.put, { value: structuredClone(write.value), revision: this.#revision });
      else this.entries.delete(write.delete);
    }
    this.commits.push([...writes]);
    return { ok: true, revision: this.#revision };
  }
}
