import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedStore } from '../../reconciler/store/embedded-store.ts';
import type { StateStore } from '../../reconciler/store/state-store.ts';

/** An empty embedded store in a folder that goes with it. */
export async function temporaryStore(): Promise<{ store: StateStore; remove(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'intendant-temporary-'));
  const store = await openEmbeddedStore({ folder });
  return {
    store,
    async remove() {
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
