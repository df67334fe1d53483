import { join } from 'node:path';
import type { DaemonConfig } from '../config/daemon-config.ts';
import type { Clock } from '../model/clock.ts';
import { openEmbeddedStore } from '../store/embedded-store.ts';
import type { StateStore } from '../store/state-store.ts';

/** Folder of the embedded store below the state folder. */
export const EMBEDDED_FOLDER = 'store';

/** The store that the configuration names. etcd's client is only loaded where it is used. */
export async function openStore(config: Pick<DaemonConfig, 'fleet' | 'state' | 'store'>, clock: Clock): Promise<StateStore> {
  if (config.store.type === 'embedded')
    return openEmbeddedStore({ folder: join(config.state, EMBEDDED_FOLDER), clock });
  const { openEtcdStore } = await import('../store/etcd-store.ts');
  return openEtcdStore({ ...config.store, fleet: config.fleet, clock });
}
