import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DaemonConfig, ViewConfig } from '../config/daemon-config.ts';
import { DEFAULT_VIEW } from '../config/view.ts';
import type { KindLog } from '../kinds/context.ts';
import { systemClock, type Clock } from '../model/clock.ts';
import { InvalidInput, messageOf } from '../model/errors.ts';
import { untilAborted } from '../model/until-aborted.ts';
import { openStore } from '../store/open-store.ts';
import { DAEMON_LEASE } from '../store/daemon-lease.ts';
import { socketPath } from '../view/socket-path.ts';
import { SocketView } from '../view/socket-view.ts';
import { StoreView } from '../view/store-view.ts';
import { openHttpView } from './http-view.ts';

export interface ViewAloneOptions {
  log: KindLog;
  /** Ends it. */
  signal: AbortSignal;
  clock?: Clock;
}

const HINT_MS = 5000;

/**
 * Serves the view beside the daemon until aborted. Only etcd has room for more than one process: throws InvalidInput `VIEW_EMBEDDED` for
 * the embedded store, and what `openStore` and `openHttpView` throw.
 */
export async function runView(config: DaemonConfig, options: ViewAloneOptions): Promise<void> {
  const { log, signal, clock = systemClock } = options;
  const { store: where, fleet, state } = config;
  const view = config.view ?? DEFAULT_VIEW;
  if (where.type === 'embedded') throw oneProcessOnly();
  const { folder, isKept } = await folderOf(state, view);
  try {
    const store = await openStore({ fleet, state, store: where }, { asReader: true, clock });
    try {
      const storeView = new StoreView({ store, fleet, clock, daemonLease: DAEMON_LEASE });
      const hint = (): void => {
        new SocketView(socketPath(state)).hint(AbortSignal.timeout(HINT_MS)).catch((error: unknown) => {
          log.warn({ why: messageOf(error) }, 'the webhook was called, and no daemon of this machine could be told');
        });
      };
      const http = await openHttpView({ config, view, store, storeView, clock, log, hint, folder });
      await untilAborted(signal);
      await http.close();
    } finally {
      await store.close();
    }
  } finally {
    if (!isKept) await rm(folder, { recursive: true, force: true });
  }
}

/** Nobody else can listen there, so the clone is ours, and still there at the next start; on any free port it is for once. */
async function folderOf(state: string, { address, port }: ViewConfig): Promise<{ folder: string; isKept: boolean }> {
  await mkdir(join(state, 'view'), { recursive: true, mode: 0o700 });
  if (port === 0) return { folder: await mkdtemp(join(state, 'view', 'once-')), isKept: false };
  return { folder: join(state, 'view', `${address}-${port}`.replace(/[^0-9A-Za-z.-]/g, '_')), isKept: true };
}

function oneProcessOnly(): InvalidInput {
  return new InvalidInput(
    'The state of this fleet is in an embedded store, which one process owns: the daemon. The view cannot read it beside it.',
    {
      code: 'VIEW_EMBEDDED',
      hint: "Write `view: {}` into the daemon's configuration, and it serves the view itself; or keep the state in etcd (store.etcd.endpoints).",
    },
  );
}
