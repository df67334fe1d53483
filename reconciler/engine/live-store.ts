import type { LiveState } from '../kinds/context.ts';
import type { CommitResult, Expectation, Write } from '../store/state-store.ts';

/** Live state in memory with writes that go through to the store, fenced by the daemon's lease. `store/mirror.ts` is one. */
export interface LiveStore extends LiveState {
  /** When a key was last written, for expectations; undefined = it is absent. */
  entry(key: string): { revision: number } | undefined;
  commit(writes: readonly Write[], expectations?: readonly Expectation[]): Promise<CommitResult>;
}
