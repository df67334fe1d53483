import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { DaemonConfig } from '../config/daemon-config.ts';
import { isoTime, type Clock } from '../model/clock.ts';
import { asIntendantError } from '../model/errors.ts';
import { writeWholeFile } from '../store/export-file.ts';
import { exportLines, storeEmpty } from '../store/export-format.ts';
import { checkExport } from '../store/import-file.ts';
import { readMeta } from '../store/meta.ts';
import { openStore } from '../store/open-store.ts';
import { askForText } from '../view/socket-client.ts';
import { socketPath } from '../view/socket-path.ts';

/** What `store export` has written. */
export interface StoreExport {
  fleet: string;
  file: string;
  /** ISO time of the state that it holds. */
  exportedAt: string;
  entries: number;
  /** The store's identity and how far it had come. */
  store: { id: string; epoch: number; sequence: number };
}

/**
 * Writes the store as it stands at one moment to a file, and reads the file back before it takes its place. The embedded store
 * of a daemon that runs is asked for through its socket; etcd is read beside it. Throws what `writeWholeFile`, `exportLines`
 * and opening the store throw, InvalidInput `STORE_EMPTY` where there is nothing.
 */
export async function exportStore(
  config: DaemonConfig,
  file: string,
  { force, clock }: { force: boolean; clock: Clock },
  signal: AbortSignal,
): Promise<StoreExport> {
  const { fleet } = config;
  const written = await writeWholeFile(file, {
    force,
    parts: linesOf(config, clock, signal),
    check: (draft) => checkExport(draft, fleet, signal),
  });
  const { id, epoch, sequence = 0 } = written.meta;
  return {
    fleet,
    file,
    exportedAt: written.header.exportedAt,
    entries: written.count,
    store: { id, epoch, sequence },
  };
}

async function* linesOf(config: DaemonConfig, clock: Clock, signal: AbortSignal): AsyncGenerator<string> {
  const { fleet, state } = config;
  if (config.store.type === 'embedded') {
    let begun = false;
    try {
      for await (const part of askForText(socketPath(state), '/v1/store/export', signal)) {
        begun = true;
        yield part;
      }
      return;
    } catch (error) {
      // Nobody there, so the store is free; unless the daemon went away half-way.
      if (begun || asIntendantError(error).code !== 'DAEMON_UNREACHABLE') throw error;
    }
    if (!existsSync(join(state, 'store'))) throw storeEmpty(fleet);
  }
  const store = await openStore(config, { asReader: true, clock });
  try {
    const meta = await readMeta(store, signal);
    if (meta === undefined) throw storeEmpty(fleet);
    yield* exportLines(store, { fleet, meta, at: isoTime(clock.now()) }, signal);
  } finally {
    await store.close();
  }
}
