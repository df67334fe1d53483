import { afterEach, beforeEach } from 'vitest';
import type { StateStore } from '../../reconciler/store/state-store.ts';
import { temporaryStore } from './temporary-store.ts';

/** What each test has of its own. */
export interface OwnStore {
  store: StateStore;
  /** Aborted when the test is over. */
  stop: AbortController;
}

/** An empty store for each test of the file, or of the group, in which this is called; its fields are there while a test runs. */
export function storeForEachTest(): Readonly<OwnStore> {
  const own = {} as OwnStore;
  let remove: () => Promise<void>;
  beforeEach(async () => {
    ({ store: own.store, remove } = await temporaryStore());
    own.stop = new AbortController();
  });
  afterEach(async () => {
    own.stop.abort();
    await remove();
  });
  return own;
}
